"""Captions reach Redis before the room, in order, and nothing that waits holds anything else up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from agent_service.publisher import OutletFailed, Publisher
from shared.contracts.captions import AgentChanged, Caption
from tests.agent_service.conftest import SESSION
from tests.scripted import until


def caption(place: float, text: str, *, revision: int = 0, final: bool = True) -> Caption:
    return Caption(
        session_id=SESSION,
        segment_id=f"TR_a-{round(place * 1000)}",
        revision=revision,
        final=final,
        text=text,
        start=place,
        end=place + 1,
        participant_identity="ann",
        participant_name="Ann",
        track_sid="TR_a",
    )


@dataclass
class Outlet:
    """A journal and a stage; either may be down or slow."""

    got: list[str] = field(default_factory=list)
    down: bool = False
    open: asyncio.Event = field(default_factory=asyncio.Event)
    attempts: int = 0

    def __post_init__(self) -> None:
        self.open.set()

    async def record(self, caption: Caption) -> None:
        await self._take(caption.text)

    async def announce(self, change: AgentChanged) -> None:
        await self._take(change.state)

    async def show(self, caption: Caption) -> None:
        await self._take(caption.text)

    async def _take(self, text: str) -> None:
        self.attempts += 1
        await self.open.wait()
        if self.down:
            raise OutletFailed("down")
        self.got.append(text)


@dataclass
class Right:
    until: float = float("inf")

    async def covers(self, place: float) -> bool:
        return place <= self.until


@dataclass
class Published:
    publisher: Publisher
    journal: Outlet
    stage: Outlet


@asynccontextmanager
async def publishing(right: Right | None = None) -> AsyncIterator[Published]:
    journal, stage = Outlet(), Outlet()
    publisher = Publisher(journal=journal, stage=stage, right=right or Right(), retry_seconds=0.001)
    running = asyncio.create_task(publisher.run())
    try:
        yield Published(publisher, journal, stage)
        async with asyncio.timeout(5):
            await publisher.delivered()
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_final_is_in_the_journal_before_it_is_on_stage() -> None:
    async with publishing() as it:
        it.journal.open.clear()
        it.publisher.publish(caption(1, "one"))
        await until(lambda: it.journal.attempts == 1)
        assert it.stage.attempts == 0
        it.journal.open.set()
    assert (it.journal.got, it.stage.got) == (["one"], ["one"])


async def test_finals_wait_for_a_journal_that_is_down_and_keep_their_order() -> None:
    async with publishing() as it:
        it.journal.down = True
        for place in range(5):
            it.publisher.publish(caption(place, str(place)))
        await until(lambda: it.journal.attempts > 3)
        assert it.publisher.waiting == 5
        it.journal.down = False
    assert it.journal.got == it.stage.got == ["0", "1", "2", "3", "4"]
    assert it.publisher.waiting == 0


async def test_partials_reach_the_room_while_the_journal_is_down() -> None:
    async with publishing() as it:
        it.journal.down = True
        it.publisher.publish(caption(1, "final"))
        it.publisher.publish(caption(2, "partial", final=False))
        await until(lambda: it.stage.got == ["partial"])
        it.journal.down = False
    assert it.stage.got == ["partial", "final"]
    assert it.journal.got == ["final"]


async def test_partials_go_to_both() -> None:
    async with publishing() as it:
        it.publisher.publish(caption(1, "partial", final=False))
        await until(lambda: it.journal.got == ["partial"])
    assert it.stage.got == ["partial"]


async def test_a_stage_that_is_slow_gets_the_newest_version_only() -> None:
    async with publishing() as it:
        it.stage.open.clear()
        it.publisher.publish(caption(9, "another", final=False))
        await until(lambda: it.stage.attempts == 1)
        for revision in range(3):
            it.publisher.publish(caption(1, f"version {revision}", revision=revision, final=False))
        it.publisher.publish(caption(1, "final", revision=3))
        await until(lambda: it.journal.got[-1:] == ["final"])
        it.stage.open.set()
    assert it.stage.got == ["another", "final"]


async def test_a_stage_that_nobody_can_be_reached_on_holds_up_no_final() -> None:
    async with publishing() as it:
        it.stage.down = True
        for place in range(3):
            it.publisher.publish(caption(place, str(place)))
    assert it.journal.got == ["0", "1", "2"]
    assert it.stage.got == []


async def test_comings_and_goings_are_in_order_with_the_finals() -> None:
    async with publishing() as it:
        it.publisher.announce(AgentChanged(state="listening", identity="agent"))
        it.publisher.publish(caption(1, "one"))
        it.publisher.announce(AgentChanged(state="left", identity="agent"))
    assert it.journal.got == ["listening", "one", "left"]
    assert it.stage.got == ["one"]


async def test_what_was_said_after_the_right_was_lost_is_another_agents() -> None:
    async with publishing(Right(until=3.0)) as it:
        for place in (1, 2, 3):
            it.publisher.publish(caption(place, str(place)))
    assert it.journal.got == it.stage.got == ["1", "2"]

"""Who waits for minutes waits in a bounded room, and not for ever."""

import asyncio
from collections.abc import Sequence

import pytest

from api_service.llm.bill import Bill, Cost
from api_service.minutes.desk import MinutesDesk, MinutesTakeLonger
from api_service.minutes.extracting import extract
from api_service.minutes.making import Made, Titled, Told, Wishes
from api_service.minutes.transcript import Said, of_text
from shared.inference import EngineBusy
from shared.stopping import Interrupted, Stopping
from tests.scripted import until

TALK = of_text("Ada: We decided to ship on Friday.")


class Slow:
    """A maker that begins and waits."""

    def __init__(self) -> None:
        self.begun = 0
        self.gate = asyncio.Event()

    async def make(
        self, transcript: Sequence[Said], wishes: Wishes, told: Told, bill: Bill | None = None
    ) -> Made:
        self.begun += 1
        await self.gate.wait()
        return Made(extract(transcript), "slow", "tests", Cost())

    async def entitle(
        self, transcript: Sequence[Said], wishes: Wishes, *, summary: str = "", bill: Bill | None = None
    ) -> Titled:
        self.begun += 1
        await self.gate.wait()
        return Titled("Slow", "written", "slow", "tests", Cost())


async def test_who_finds_no_place_is_sent_away_at_once() -> None:
    maker = Slow()
    desk = MinutesDesk(maker, places=1, seconds=60, stopping=Stopping())
    first = asyncio.create_task(desk.make(TALK, Wishes()))
    await until(lambda: maker.begun == 1)
    with pytest.raises(EngineBusy):
        await desk.make(TALK, Wishes())
    maker.gate.set()
    assert (await first).model == "slow"
    assert (await desk.make(TALK, Wishes())).model == "slow"


async def test_minutes_that_take_longer_are_a_task_for_later() -> None:
    desk = MinutesDesk(Slow(), places=1, seconds=0.01, stopping=Stopping())
    for _ in range(2):  # the place is free again
        with pytest.raises(MinutesTakeLonger) as caught:
            await desk.make(TALK, Wishes())
        assert not caught.value.retryable
    with pytest.raises(MinutesTakeLonger):
        await desk.entitle(TALK, Wishes(), summary="")


async def test_a_process_that_stops_sends_away_who_waits() -> None:
    maker, stopping = Slow(), Stopping()
    desk = MinutesDesk(maker, places=1, seconds=60, stopping=stopping)
    waiting = asyncio.create_task(desk.make(TALK, Wishes()))
    await until(lambda: maker.begun == 1)
    stopping.begin()
    with pytest.raises(Interrupted):
        await waiting

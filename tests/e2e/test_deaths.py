"""Parts are killed in the middle of speech: captions go on, and no word that was seen is lost or doubled."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.e2e.parts import Stored, kill, kill_rooms, stored
from tests.e2e.rooms import SENTENCES, Guest, count, room
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

GOODBYE = "See you all on Monday."

ROOM_RECOVERY_SECONDS = 15.0
WORKER_RECOVERY_SECONDS = 30.0
"""A worker has to start anew, with all that it imports, before it can be sent to the room."""

_IN_FLIGHT_SECONDS = 0.5
"""What arrives this soon after the death may have been sent before it."""


@pytest.mark.parametrize(
    ("end", "recovery_seconds"),
    [(kill_rooms, ROOM_RECOVERY_SECONDS), (partial(kill, part="agent"), WORKER_RECOVERY_SECONDS)],
    ids=["room", "worker"],
)
async def test_a_killed_agent_has_a_successor_in_time_and_nobody_is_captioned_twice(
    platform: RunningPlatform, end: Callable[[Path], None], recovery_seconds: float
) -> None:
    recovered = asyncio.Event()
    async with room(platform.api_url, "Succession") as opened:
        ada = await opened.enter("Ada")
        await ada.switch_on()
        async with asyncio.TaskGroup() as group:
            group.create_task(_talk(ada, until=recovered))
            await ada.sees_final(SENTENCES[0])
            await asyncio.to_thread(end, platform.state)
            killed_at = asyncio.get_running_loop().time()
            await ada.sees(
                lambda guest: guest.seen[-1].seen_at > killed_at + _IN_FLIGHT_SECONDS,
                seconds=recovery_seconds,
            )
            recovered.set()
        await ada.say(GOODBYE)
        await ada.sees_final(GOODBYE)
        rows = await _stored_when_seen(platform.state, opened.session_id, ada)
        assert _twice(ada) == []
        assert [line for line in (*SENTENCES, GOODBYE) if count(line, ada.finals) > 1] == []
        transcript = (await ada.transcript()).finals
        assert [each.segment_id for each in transcript] == [each.segment_id for each in rows]
        assert [one.text for one, other in pairwise(transcript) if other.start_time < one.end_time] == []


@pytest.mark.parametrize("part", ["api", "stt", "valkey", "postgres"])
async def test_a_final_that_was_seen_is_stored_once_whatever_is_killed(
    platform: RunningPlatform, part: str
) -> None:
    lines = SENTENCES[:5]
    async with room(platform.api_url, "Resilience") as opened:
        ada = await opened.enter("Ada")
        await ada.switch_on()
        async with asyncio.TaskGroup() as group:
            group.create_task(_say_all(ada, lines))
            await ada.sees_final(lines[0])
            await asyncio.to_thread(kill, platform.state, part=part)
        await ada.sees_final(lines[-1])
        await _stored_when_seen(platform.state, opened.session_id, ada)
        assert _twice(ada) == []
        assert [count(line, ada.finals) for line in lines] == [1] * len(lines)
        known = await ada.finals_stored(lambda finals: len(finals) >= len(ada.finals))
        # As they came: while the speech service was away, partials of what followed may have been seen first.
        finals = [each for each in ada.seen if each.final]
        assert [(each.segment_id, each.text) for each in known] == [
            (each.segment_id, each.text) for each in finals
        ]


async def _talk(speaker: Guest, *, until: asyncio.Event) -> None:
    for line in SENTENCES:
        if not until.is_set():
            await speaker.say(line)


async def _say_all(speaker: Guest, lines: tuple[str, ...]) -> None:
    for line in lines:
        await speaker.say(line)


def _twice(guest: Guest) -> list[str]:
    """Finals that came more than once."""
    ids = [caption.segment_id for caption in guest.seen if caption.final]
    return [each for each in ids if ids.count(each) > 1]


async def _stored_when_seen(state: Path, session_id: UUID, guest: Guest) -> list[Stored]:
    """The rows of the transcript, once every final that was seen is among them as it was seen."""
    seen = {Stored(each.segment_id, each.identity, each.text) for each in guest.finals}
    async with asyncio.timeout(40):
        while True:
            with suppress(psycopg.OperationalError):  # Postgres may be what was killed
                rows = await asyncio.to_thread(stored, state, session_id)
                if seen <= set(rows):
                    assert len(rows) == len(seen)
                    return rows
            await asyncio.sleep(0.2)

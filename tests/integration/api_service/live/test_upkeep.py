"""Streams stay small, and nothing that is not stored ever leaves them."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from api_service.database import Database
from api_service.realtime.sink import CaptionSink
from api_service.realtime.stream import CaptionStreams
from api_service.realtime.upkeep import StreamUpkeep
from shared.clients.redis import connect
from shared.contracts.captions import LIVE_SESSIONS_KEY, SINK_GROUP
from shared.observing import QUEUE_DEPTH
from tests.integration.api_service.live.meetings import Meeting, in_background, until
from tests.redis_entries import entries
from tests.servers import Servers

pytestmark = pytest.mark.integration

KEPT_SECONDS = 3600.0
_HOUR = 3_600_000
_MANY = 250
"""Redis trims whole nodes of a hundred entries."""


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    """A database of its own on the server: APIs of other tests store what they find in theirs."""
    async with connect(f"{servers.redis_url.rpartition('/')[0]}/1") as client:
        yield client


@pytest.fixture
def sink(redis: Redis, database: Database) -> CaptionSink:
    return CaptionSink(redis, database, abandoned_seconds=0.3)


@pytest.fixture
def upkeep(redis: Redis) -> StreamUpkeep:
    return StreamUpkeep(redis, kept_seconds=KEPT_SECONDS, forgotten_seconds=0.2)


def hours_ago(hours: float, number: int = 0) -> str:
    return f"{int(time.time() * 1000 - hours * _HOUR) + number}-0"


async def said_long_ago(meeting: Meeting) -> None:
    for n in range(_MANY):
        await meeting.say(f"ann {n}.0-{n}.9 r0: line {n}", at=hours_ago(2, n))


async def test_what_is_stored_and_old_is_trimmed(
    sink: CaptionSink, upkeep: StreamUpkeep, redis: Redis, meeting: Meeting
) -> None:
    await said_long_ago(meeting)
    fresh = await meeting.say("bob 1.0-2.0 r0: now")
    async with in_background(sink.run):
        await until(meeting.all_settled)
    await upkeep.visit_all()
    assert await redis.xlen(meeting.key) == _MANY + 1, "the first visit only takes note"
    await upkeep.visit_all()
    kept = [position for position, _ in await entries(redis, meeting.key)]
    assert len(kept) <= _MANY - 100
    assert kept[-1] == fresh[0]
    assert len(await meeting.stored()) == _MANY + 1


async def test_what_nobody_has_stored_is_never_trimmed(
    sink: CaptionSink, upkeep: StreamUpkeep, redis: Redis, meeting: Meeting
) -> None:
    await said_long_ago(meeting)
    for _ in range(3):
        await upkeep.visit_all()
    await redis.xgroup_create(meeting.key, SINK_GROUP, id="0")
    await redis.xreadgroup(SINK_GROUP, "dead", {meeting.key: ">"}, count=_MANY // 2)
    for _ in range(3):
        await upkeep.visit_all()
    assert await redis.xlen(meeting.key) == _MANY
    assert await redis.sismember(LIVE_SESSIONS_KEY, str(meeting.id))
    async with in_background(sink.run):
        await until(meeting.all_settled)
    assert len(await meeting.stored()) == _MANY


async def test_a_stream_that_is_stored_and_silent_is_retired(
    sink: CaptionSink, upkeep: StreamUpkeep, redis: Redis, meeting: Meeting
) -> None:
    await meeting.say("ann 0.0-1.0 r0: hello", at=hours_ago(2))
    await upkeep.visit_all()
    assert await redis.exists(meeting.key), "nobody has stored it"
    async with in_background(sink.run):
        await until(meeting.all_settled)
    await upkeep.visit_all()
    assert not await redis.exists(meeting.key)
    assert not await redis.sismember(LIVE_SESSIONS_KEY, str(meeting.id))
    async with in_background(sink.run):
        await meeting.say("ann 5.0-6.0 r0: again")
        await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: hello", "Ann: again"]


async def test_a_stream_with_news_stays(sink: CaptionSink, upkeep: StreamUpkeep, meeting: Meeting) -> None:
    await meeting.say("ann 0.0-1.0 r0: hello")
    async with in_background(sink.run):
        await until(meeting.all_settled)
    await upkeep.visit_all()
    assert await meeting.is_grouped()


async def test_retiring_never_overtakes_a_writer(
    sink: CaptionSink, upkeep: StreamUpkeep, redis: Redis, meeting: Meeting
) -> None:
    """A writer that comes between the look and the removal wins."""
    lines = [f"ann {n}.0-{n}.9 r0: line {n}" for n in range(60)]

    async def speak() -> None:
        for n, line in enumerate(lines):
            await meeting.say(line, at=hours_ago(2, n))

    async def tidy() -> None:
        while True:
            await upkeep.visit_all()

    async with in_background(sink.run), in_background(tidy):
        await speak()
        await until(meeting.all_settled)
        await until(lambda: _has_all(meeting, len(lines)))
    assert await meeting.stored() == [f"Ann: line {n}" for n in range(60)]


async def test_dead_consumers_are_forgotten_unless_they_hold_something(
    upkeep: StreamUpkeep, redis: Redis, meeting: Meeting
) -> None:
    await meeting.say("ann 0.0-1.0 r0: hello")
    await redis.xgroup_create(meeting.key, SINK_GROUP, id="0")
    await redis.xreadgroup(SINK_GROUP, "holding", {meeting.key: ">"})
    await redis.xgroup_createconsumer(meeting.key, SINK_GROUP, "empty")

    async def names() -> set[str]:
        return {consumer["name"] for consumer in await redis.xinfo_consumers(meeting.key, SINK_GROUP)}

    assert await names() == {"holding", "empty"}

    async def tidied() -> bool:
        await upkeep.visit_all()
        return await names() == {"holding"}

    await until(tidied)


async def test_what_waits_is_measured(upkeep: StreamUpkeep, meeting: Meeting) -> None:
    await upkeep.visit_all()
    before = QUEUE_DEPTH.labels("captions")._value.get()
    await meeting.say("ann 0.0-1.0 r0: hello", "ann 1.0-2.0 r0: there")
    await upkeep.visit_all()
    assert QUEUE_DEPTH.labels("captions")._value.get() == before + 2


async def test_positions_are_resumable_as_long_as_nothing_after_them_is_gone(
    sink: CaptionSink, upkeep: StreamUpkeep, redis: Redis, meeting: Meeting
) -> None:
    streams = CaptionStreams(redis, kept_seconds=KEPT_SECONDS)
    settled, _ = await streams.settled(meeting.id)
    assert await streams.resumable(meeting.id, settled), "nothing was said yet"
    await said_long_ago(meeting)
    await meeting.say("bob 1.0-2.0 r0: now")
    async with in_background(sink.run):
        await until(meeting.all_settled)
    await asyncio.gather(*(upkeep.visit_all() for _ in range(2)))
    await upkeep.visit_all()
    positions = [type(settled).parse(position) for position, _ in await entries(redis, meeting.key)]
    assert await streams.resumable(meeting.id, positions[0])
    assert await streams.resumable(meeting.id, positions[-1])
    assert not await streams.resumable(meeting.id, positions[0].previous)
    assert not await streams.resumable(meeting.id, type(settled).at(time.time() + 3600))


async def _has_all(meeting: Meeting, count: int) -> bool:
    return len(await meeting.stored()) == count

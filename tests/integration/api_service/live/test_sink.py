"""Finals reach the database exactly once, whatever is killed or away meanwhile."""

import asyncio
import json
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from api_service.database import Connection, Database
from api_service.realtime.sink import REJECTED_KEY, CaptionSink
from shared.clients.redis import connect
from shared.contracts.captions import LIVE_SESSIONS_KEY, SINK_GROUP
from tests.api_service.realtime.scripts import said
from tests.integration.api_service.live.meetings import Meeting, Meetings, in_background, until
from tests.integration.api_service.live.proxies import plugged
from tests.redis_entries import entries
from tests.servers import Servers

pytestmark = pytest.mark.integration


@pytest.fixture
def sink(redis: Redis, database: Database) -> CaptionSink:
    return CaptionSink(redis, database, abandoned_seconds=0.3)


async def test_finals_are_stored_and_partials_are_not(sink: CaptionSink, meeting: Meeting) -> None:
    await meeting.say("agent listening", "ann 0.0-1.0 r0~ hel", "ann 0.0-1.5 r1: hello", "bob 2.0-3.0 r0~ so")
    async with in_background(sink.run):
        await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: hello"]


async def test_the_highest_revision_stays_in_whatever_order_they_come(
    sink: CaptionSink, meeting: Meeting
) -> None:
    async with in_background(sink.run):
        await meeting.say("ann 0.0-1.0 r2: newer")
        await until(meeting.all_settled)
        await meeting.say("ann 0.0-1.0 r1: older")
        await until(meeting.all_settled)
        assert await meeting.stored() == ["Ann: newer"]
        await meeting.say("ann 0.0-1.0 r3: newest")
        await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: newest"]


async def test_sessions_that_begin_while_it_runs_are_found(sink: CaptionSink, meetings: Meetings) -> None:
    async with in_background(sink.run):
        for _ in range(3):
            meeting = await meetings.open()
            await meeting.say("ann 0.0-1.0 r0: hello")
            await until(meeting.all_settled)
            assert await meeting.stored() == ["Ann: hello"]


async def test_what_a_killed_sink_had_read_is_stored_by_another(
    redis: Redis, database: Database, admin: Connection, meeting: Meeting
) -> None:
    lines = [f"ann {n}.0-{n}.9 r0: line {n}" for n in range(50)]
    async with admin.transaction():
        # A writer that waits for this lock has read its captions and not yet acknowledged them.
        await admin.execute("lock table public.transcript_segments in share mode")
        killed = CaptionSink(redis, database, abandoned_seconds=0.3)
        # No more than one reading takes of one stream, however many streams other tests have left.
        await meeting.say(*lines[:10])
        async with in_background(killed.run):
            await until(lambda: _holds(meeting, 10))
        await meeting.say(*lines[10:])
        assert await meeting.stored() == []
    survivors = [CaptionSink(redis, database, abandoned_seconds=0.3) for _ in range(2)]
    async with in_background(survivors[0].run), in_background(survivors[1].run):
        await until(meeting.all_settled)
    assert await meeting.stored() == [f"Ann: line {n}" for n in range(50)]


async def test_two_sinks_share_the_work_without_doubling_it(
    redis: Redis, database: Database, meetings: Meetings
) -> None:
    several = [await meetings.open() for _ in range(3)]
    sinks = [CaptionSink(redis, database, abandoned_seconds=0.3) for _ in range(2)]
    async with in_background(sinks[0].run), in_background(sinks[1].run):
        for n in range(40):
            await asyncio.gather(*(each.say(f"ann {n}.0-{n}.9 r0: line {n}") for each in several))
        for each in several:
            await until(each.all_settled)
    for each in several:
        assert await each.stored() == [f"Ann: line {n}" for n in range(40)]


async def test_finals_wait_while_postgres_is_away(servers: Servers, redis: Redis, meeting: Meeting) -> None:
    async with plugged(servers.database_url) as plug:
        database = Database(plug.url, connections=2)
        await database.open()
        async with in_background(CaptionSink(redis, database, abandoned_seconds=60).run):
            await meeting.say("ann 0.0-1.0 r0: before")
            await until(meeting.all_settled)
            await plug.unplug()
            await meeting.say("ann 1.0-2.0 r0: meanwhile")
            await until(lambda: _holds(meeting, 1))
            assert await meeting.stored() == ["Ann: before"]
            await plug.plug_in()
            await until(meeting.all_settled)
        await database.close()
    assert await meeting.stored() == ["Ann: before", "Ann: meanwhile"]


async def test_finals_survive_that_their_connection_is_terminated(
    sink: CaptionSink, admin: Connection, meeting: Meeting
) -> None:
    async with in_background(sink.run):
        for n in range(10):
            await meeting.say(f"ann {n}.0-{n}.9 r0: line {n}")
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'intrascribe_api'"
            )
        await until(meeting.all_settled)
    assert await meeting.stored() == [f"Ann: line {n}" for n in range(10)]


async def test_finals_wait_while_redis_is_away(
    servers: Servers, database: Database, meeting: Meeting
) -> None:
    async with (
        plugged(servers.redis_url) as plug,
        connect(plug.url) as redis,
        in_background(CaptionSink(redis, database, abandoned_seconds=60).run),
    ):
        await meeting.say("ann 0.0-1.0 r0: before")
        await until(meeting.all_settled)
        await plug.unplug()
        await meeting.say("ann 1.0-2.0 r0: meanwhile")
        await plug.plug_in()
        await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: before", "Ann: meanwhile"]


async def test_what_cannot_be_read_or_stored_is_put_aside(
    sink: CaptionSink, redis: Redis, meeting: Meeting
) -> None:
    foreign = said("ann 1.0-2.0 r0: foreign secret", session_id=uuid4())
    unstorable = said("ann 2.0-3.0 r0: nul \x00 secret", session_id=meeting.id)
    bad = [
        await meeting.write_raw({"event": "caption", "data": "{broken secret"}),
        await meeting.write_raw({"event": "caption", "data": json.dumps({"text": "secret"})}),
        await meeting.write_raw({"something": "secret"}),
        await meeting.write(foreign),
        await meeting.write(unstorable),
    ]
    await meeting.say("ann 0.0-1.0 r0: good", "bob 5.0-6.0 r0: also good")
    with capture_logs() as logs:
        async with in_background(sink.run):
            await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: good", "Bob: also good"]
    rejected = {fields["entry"] for _, fields in await entries(redis, REJECTED_KEY)}
    assert set(bad) <= rejected
    assert {log["entry"] for log in logs if log["event"] == "caption.rejected"} >= set(bad)
    assert "secret" not in str(logs)


async def test_captions_of_sessions_that_are_gone_do_not_stay(
    sink: CaptionSink, admin: Connection, meeting: Meeting
) -> None:
    await meeting.say("ann 0.0-1.0 r0: hello")
    await admin.execute("delete from public.recording_sessions where id = %s", [meeting.id])
    async with in_background(sink.run):
        await until(meeting.all_settled)
    assert await meeting.stored() == []


async def test_what_is_no_session_among_the_live_ones_is_passed_over(
    sink: CaptionSink, redis: Redis, meeting: Meeting
) -> None:
    await redis.sadd(LIVE_SESSIONS_KEY, "nonsense", str(uuid4()))
    async with in_background(sink.run):
        await meeting.say("ann 0.0-1.0 r0: hello")
        await until(meeting.all_settled)
    await redis.srem(LIVE_SESSIONS_KEY, "nonsense")


async def test_a_group_that_vanishes_is_made_again(sink: CaptionSink, redis: Redis, meeting: Meeting) -> None:
    async with in_background(sink.run):
        await meeting.say("ann 0.0-1.0 r0: hello")
        await until(meeting.all_settled)
        await redis.xgroup_destroy(meeting.key, SINK_GROUP)
        await meeting.say("ann 1.0-2.0 r0: again")
        await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: hello", "Ann: again"]


async def _holds(meeting: Meeting, count: int) -> bool:
    """Whether so many entries were read and not acknowledged."""
    return await meeting.is_grouped() and await meeting.pending() == count

"""Exactly one agent where people are, and sessions that begin and end with their rooms. On a real LiveKit."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
from livekit.api import CreateRoomRequest, DeleteRoomRequest, LiveKitAPI
from redis.asyncio import Redis

from api_service.database import Database
from api_service.livekit.presence import Presence
from api_service.livekit.presence_keeper import RoomKeeper
from api_service.livekit.presence_rooms import LiveKitRooms
from api_service.realtime.stream import CaptionStreams
from shared.clients.redis import connect
from shared.contracts.rooms import AGENT_NAME, AgentJob, RoomMetadata, lease_key, room_name
from tests.integration.api_service.live.meetings import Meeting, in_background, until
from tests.integration.api_service.live.proxies import plugged
from tests.integration.api_service.live.rooms import (
    Agent,
    Worker,
    person_token,
    registered,
    take_seat,
    visiting,
)
from tests.integration.api_service.live.serving import serving
from tests.servers import Servers, running_servers

pytestmark = pytest.mark.integration


@pytest.fixture
async def worker(servers: Servers, redis: Redis) -> AsyncIterator[Worker]:
    async with registered(servers, redis) as ready:
        yield ready


@pytest.fixture
async def presence(redis: Redis, database: Database, rooms: LiveKitRooms) -> Presence:
    await redis.delete("presence:announced", "presence:wake")  # what other tests left
    return new_presence(redis, database, rooms)


def new_presence(redis: Redis, database: Database, rooms: LiveKitRooms) -> Presence:
    streams = CaptionStreams(redis, kept_seconds=3600)
    return Presence(redis, RoomKeeper(redis, database, rooms, streams))


def agents_of(worker: Worker, meeting: Meeting) -> list[Agent]:
    """All that were ever sent to this meeting."""
    return [agent for agent in worker.agents if agent.job.session_id == meeting.id]


async def attended(redis: Redis, worker: Worker, meeting: Meeting, *, count: int = 1) -> Agent:
    """Wait for the meeting's agent, the so-manieth one, to listen."""

    async def listens() -> bool:
        sent = agents_of(worker, meeting)
        return len(sent) == count and await redis.get(lease_key(meeting.id)) == sent[-1].identity

    await until(listens)
    return agents_of(worker, meeting)[-1]


async def test_the_first_person_gets_an_agent_and_opens_the_session(
    servers: Servers, redis: Redis, presence: Presence, worker: Worker, meeting: Meeting
) -> None:
    async with in_background(presence.run), visiting(servers, meeting.id):
        agent = await attended(redis, worker, meeting)
        assert await meeting.status() == "recording"
    assert agent.job == AgentJob(
        session_id=meeting.id, language="en-US", started_at=await meeting.started_at(), record=True
    )
    assert await meeting.events("session") == ["recording"]


async def test_an_agent_is_there_before_the_one_who_was_announced(
    redis: Redis, presence: Presence, worker: Worker, meeting: Meeting
) -> None:
    async with in_background(presence.run):
        await presence.room_wanted(meeting.id)
        await attended(redis, worker, meeting)
        assert await meeting.status() == "created"


async def test_the_clock_starts_with_what_the_early_agent_was_told(
    servers: Servers, redis: Redis, presence: Presence, worker: Worker, meeting: Meeting
) -> None:
    async with in_background(presence.run):
        await presence.room_wanted(meeting.id)
        agent = await attended(redis, worker, meeting)
        async with visiting(servers, meeting.id):
            await until(lambda: _has_status(meeting, "recording"))
    assert agent.job.started_at == await meeting.started_at()


async def test_a_killed_agent_is_replaced_within_six_seconds_and_its_ghost_is_gone(
    servers: Servers,
    redis: Redis,
    presence: Presence,
    rooms: LiveKitRooms,
    worker: Worker,
    meeting: Meeting,
) -> None:
    async with in_background(presence.run), visiting(servers, meeting.id):
        dead = await attended(redis, worker, meeting)
        dead.kill()
        killed_at = time.monotonic()
        living = await attended(redis, worker, meeting, count=2)
        assert time.monotonic() - killed_at < 6
        await until(lambda: _only_agent_is(rooms, meeting, living))
        assert living.job.started_at == dead.job.started_at
    assert len(agents_of(worker, meeting)) == 2


async def test_a_worker_that_comes_back_gets_the_rooms_of_the_one_that_died(
    servers: Servers, redis: Redis, presence: Presence, worker: Worker, meeting: Meeting
) -> None:
    async with in_background(presence.run), visiting(servers, meeting.id):
        dead = await attended(redis, worker, meeting)
        await worker.disconnect()
        dead.kill()
        died_at = time.monotonic()
        await until(lambda: _nobody_holds(redis, meeting))
        async with registered(servers, redis) as successor:
            await attended(redis, successor, meeting)
            assert time.monotonic() - died_at < 10


async def test_one_agent_too_many_is_sent_away(
    servers: Servers,
    redis: Redis,
    presence: Presence,
    rooms: LiveKitRooms,
    worker: Worker,
    meeting: Meeting,
) -> None:
    async with in_background(presence.run), visiting(servers, meeting.id):
        first = await attended(redis, worker, meeting)
        await rooms.send_agent(first.job)
        await until(lambda: _were_sent(worker, meeting, 2))
        await until(lambda: _only_agent_is(rooms, meeting, first))
        assert len((await rooms.occupants(meeting.id)).dispatches) == 1


async def test_several_processes_send_one_agent(
    servers: Servers,
    redis: Redis,
    database: Database,
    rooms: LiveKitRooms,
    worker: Worker,
    meeting: Meeting,
) -> None:
    several = [new_presence(redis, database, rooms) for _ in range(3)]
    async with (
        in_background(several[0].run),
        in_background(several[1].run),
        in_background(several[2].run),
        visiting(servers, meeting.id),
        visiting(servers, meeting.id),
    ):
        await attended(redis, worker, meeting)
        for each in several:
            await each.look_soon(meeting.id)
        await asyncio.sleep(2)  # long enough for another agent, had anybody sent one
        assert len(agents_of(worker, meeting)) == 1


async def test_a_session_ends_with_its_room_and_goes_on_when_somebody_returns(
    servers: Servers, redis: Redis, presence: Presence, worker: Worker, meeting: Meeting
) -> None:
    async with in_background(presence.run):
        async with visiting(servers, meeting.id):
            await attended(redis, worker, meeting)
            started_at = await meeting.started_at()
            async with _livekit(servers) as livekit:
                await livekit.room.delete_room(DeleteRoomRequest(room=room_name(meeting.id)))
        await until(lambda: _has_status(meeting, "completed"))
        async with visiting(servers, meeting.id):
            await presence.look_soon(meeting.id)
            await until(lambda: _has_told(meeting, ["recording", "completed", "recording"]))
        assert await meeting.status() == "recording"
        assert await meeting.started_at() == started_at


@pytest.mark.parametrize("records", [False, True])
async def test_a_room_that_livekit_made_again_says_whether_it_records_before_its_agent_comes(
    servers: Servers,
    redis: Redis,
    presence: Presence,
    rooms: LiveKitRooms,
    worker: Worker,
    meeting: Meeting,
    records: bool,
) -> None:
    await meeting.set_record(records)
    token = person_token(servers, meeting.id, "ann")
    async with in_background(presence.run), aiohttp.ClientSession() as http, _livekit(servers) as livekit:
        first = await take_seat(http, servers, token)
        await attended(redis, worker, meeting)
        await livekit.room.delete_room(DeleteRoomRequest(room=room_name(meeting.id)))
        await until(lambda: _has_status(meeting, "completed"))
        await first.leave()
        again = await take_seat(http, servers, token)
        await attended(redis, worker, meeting, count=2)
        seen = await rooms.find(meeting.id)
        assert seen
        assert seen.recording is records
        assert agents_of(worker, meeting)[-1].job.record is records
        await again.leave()


async def test_a_room_that_says_otherwise_than_its_session_is_set_right(
    servers: Servers, redis: Redis, presence: Presence, rooms: LiveKitRooms, worker: Worker, meeting: Meeting
) -> None:
    await meeting.set_record(False)
    async with in_background(presence.run), visiting(servers, meeting.id):
        await attended(redis, worker, meeting)
        await rooms.describe(meeting.id, RoomMetadata(recording=True))
        await until(lambda: _says(rooms, meeting, recording=False))


async def test_an_agent_outlives_an_absence_of_redis(
    servers: Servers, redis: Redis, database: Database, rooms: LiveKitRooms, meeting: Meeting
) -> None:
    async with (
        plugged(servers.redis_url) as plug,
        connect(plug.url) as unsteady,
        registered(servers, unsteady) as worker,
        in_background(new_presence(unsteady, database, rooms).run),
        visiting(servers, meeting.id),
    ):
        agent = await attended(redis, worker, meeting)
        await plug.unplug()
        await until(lambda: _nobody_holds(redis, meeting))
        await plug.plug_in()
        await attended(redis, worker, meeting)
        await asyncio.sleep(3)  # long enough for another agent, had presence taken this one for dead
        assert agents_of(worker, meeting) == [agent]


async def test_presence_goes_on_after_an_absence_of_livekit(
    servers: Servers, redis: Redis, database: Database, worker: Worker, meeting: Meeting
) -> None:
    async with (
        plugged(servers.livekit_url) as plug,
        _livekit(replace(servers, livekit_url=plug.url)) as livekit,
    ):
        presence = new_presence(redis, database, LiveKitRooms(livekit))
        async with in_background(presence.run), visiting(servers, meeting.id):
            first = await attended(redis, worker, meeting)
            await plug.unplug()
            first.kill()
            await until(lambda: _nobody_holds(redis, meeting))
            await plug.plug_in()
            await attended(redis, worker, meeting, count=2)


async def test_rooms_get_their_agents_while_postgres_is_away(
    servers: Servers, redis: Redis, rooms: LiveKitRooms, worker: Worker, meeting: Meeting
) -> None:
    async with plugged(servers.database_url) as plug:
        database = Database(plug.url, connections=2)
        await database.open()
        async with in_background(new_presence(redis, database, rooms).run), visiting(servers, meeting.id):
            first = await attended(redis, worker, meeting)
            await plug.unplug()
            first.kill()
            await attended(redis, worker, meeting, count=2)
        await database.close()


async def test_rooms_that_are_not_ours_are_left_alone(
    servers: Servers, redis: Redis, presence: Presence, worker: Worker, meeting: Meeting
) -> None:
    names = ["someone-elses", "intrascribe_room_nonsense"]
    async with _livekit(servers) as livekit, in_background(presence.run):
        for name in names:
            await livekit.room.create_room(CreateRoomRequest(name=name))
        async with visiting(servers, meeting.id):
            await attended(redis, worker, meeting)
        dispatches = [each for name in names for each in await livekit.agent_dispatch.list_dispatch(name)]
        assert AGENT_NAME not in {each.agent_name for each in dispatches}


async def test_a_webhook_calls_for_an_agent_at_once_and_the_status_tells_who_is_there(
    tmp_path: Path, unused_port: int
) -> None:
    address = f"http://127.0.0.1:{unused_port}/api/v1/livekit/webhook"
    with running_servers(webhook_url=address) as servers:
        async with (
            serving(servers, tmp_path, port=unused_port) as api,
            connect(servers.redis_url) as redis,
            registered(servers, redis) as worker,
        ):
            headers = await api.sign_in_as("ann@example.com")
            created = await api.http.post(
                "/api/v1/sessions", json={"title": "Weekly", "language": "en-US"}, headers=headers
            )
            session_id = created.raise_for_status().json()["id"]
            status = f"/api/v1/realtime/sessions/{session_id}/status"
            before = (await api.http.get(status, headers=headers)).json()
            assert (before["status"], before["agent"], before["participants"]) == ("created", "absent", [])
            async with visiting(servers, UUID(session_id), "ann"):
                await until(lambda: _holds(redis, session_id))
                during = (await api.http.get(status, headers=headers)).json()
            assert len(worker.agents) == 1
    assert during["participants"] == [{"identity": "ann", "name": "Ann"}]
    assert during["participant_count"] == 1
    assert (during["status"], during["recording"], during["agent"]) == ("recording", True, "listening")
    assert during["duration_seconds"] > 0


@asynccontextmanager
async def _livekit(servers: Servers) -> AsyncIterator[LiveKitAPI]:
    async with LiveKitAPI(
        servers.livekit_url, servers.livekit_api_key, servers.livekit_api_secret
    ) as livekit:
        yield livekit


async def _has_status(meeting: Meeting, status: str) -> bool:
    return await meeting.status() == status


async def _has_told(meeting: Meeting, statuses: list[str]) -> bool:
    return await meeting.events("session") == statuses


async def _holds(redis: Redis, session_id: str) -> bool:
    return await redis.get(lease_key(UUID(session_id))) is not None


async def _says(rooms: LiveKitRooms, meeting: Meeting, *, recording: bool) -> bool:
    seen = await rooms.find(meeting.id)
    return seen is not None and seen.recording is recording


async def _nobody_holds(redis: Redis, meeting: Meeting) -> bool:
    return await redis.get(lease_key(meeting.id)) is None


async def _were_sent(worker: Worker, meeting: Meeting, count: int) -> bool:
    return len(agents_of(worker, meeting)) == count


async def _only_agent_is(rooms: LiveKitRooms, meeting: Meeting, agent: Agent) -> bool:
    occupants = await rooms.occupants(meeting.id)
    return [each.identity for each in occupants.agents] == [agent.identity]

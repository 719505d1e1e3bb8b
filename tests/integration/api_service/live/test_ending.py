"""What owners do to meetings with people in them, and what others may not."""

import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from api_service.database import Connection
from shared.contracts.captions import LIVE_SESSIONS_KEY
from shared.contracts.rooms import lease_key, room_name
from tests.integration.api_service.live.meetings import Meeting, until
from tests.integration.api_service.live.members import Member, has_status
from tests.integration.api_service.live.rooms import Agent, registered, visiting
from tests.integration.api_service.live.serving import Api
from tests.servers import Servers

pytestmark = pytest.mark.integration


def room_path(meeting: Meeting, action: str) -> str:
    return f"/api/v1/livekit/rooms/{room_name(meeting.id)}/{action}"


async def test_the_room_tells_who_is_in_it_under_both_of_its_names(
    servers: Servers, meeting: Meeting, guest: Member
) -> None:
    async with visiting(servers, meeting.id, "ann"):
        await until(lambda: has_status(meeting, "recording"))
        answers = [
            (await guest.send("GET", f"/api/v1/livekit/rooms/{name}/status")).json()
            for name in (room_name(meeting.id), meeting.id)
        ]
    assert answers[0] == answers[1]
    told = answers[0]
    assert (told["room_name"], told["session_id"]) == (room_name(meeting.id), str(meeting.id))
    assert (told["session_status"], told["recording"]) == ("recording", True)
    assert (told["participant_count"], told["participants"]) == (1, [{"identity": "ann", "name": "Ann"}])


async def test_an_owner_ends_the_room_for_everybody_and_again(
    servers: Servers, meeting: Meeting, owner: Member, guest: Member
) -> None:
    async with visiting(servers, meeting.id, guest.identity) as seat:
        await until(lambda: has_status(meeting, "recording"))
        await meeting.say("ann 0.0-1.0 r0: hello")
        refused = await guest.send("POST", room_path(meeting, "end"))
        assert (refused.status_code, refused.json()["code"]) == (403, "not-owner")
        answer = await owner.send("POST", room_path(meeting, "end"))
        assert answer.status_code == 200, answer.text
        async with asyncio.timeout(40):
            await seat.left.wait()
    assert await meeting.stored() == ["Ann: hello"]
    told = answer.json()
    assert told["message"] == "Room session ended successfully"
    assert (told["room_name"], told["session_id"]) == (room_name(meeting.id), str(meeting.id))
    assert told["status"] == "completed"
    again = await owner.send("POST", f"/api/v1/livekit/rooms/{meeting.id}/end")
    assert (again.status_code, again.json()["status"]) == (200, "completed")


@pytest.mark.parametrize(("method", "action"), [("GET", "status"), ("POST", "end")])
async def test_rooms_of_others_cannot_be_told_from_ones_that_do_not_exist(
    meeting: Meeting, stranger: Member, method: str, action: str
) -> None:
    for name in (room_name(meeting.id), room_name(uuid4()), str(meeting.id)):
        answer = await stranger.send(method, f"/api/v1/livekit/rooms/{name}/{action}")
        assert (answer.status_code, answer.json()["code"]) == (403, "room-access-denied")
        assert answer.json()["detail"] == "Access denied to this room"
    nonsense = await stranger.send(method, f"/api/v1/livekit/rooms/nonsense/{action}")
    assert (nonsense.status_code, nonsense.json()["detail"]) == (400, "Invalid room name format")


async def test_a_change_of_status_does_not_end_the_meeting_of_others(
    servers: Servers, meeting: Meeting, owner: Member, guest: Member
) -> None:
    path = f"/api/v1/sessions/{meeting.id}"
    async with visiting(servers, meeting.id, guest.identity) as seat:
        await until(lambda: has_status(meeting, "recording"))
        for status in ("completed", "cancelled", "archived"):
            refused = await owner.send("PUT", path, {"status": status})
            assert (refused.status_code, refused.json()["code"]) == (409, "session-in-progress")
        assert not seat.left.is_set()
    assert await meeting.status() == "recording"


async def test_an_owner_who_is_alone_ends_the_session_by_its_status(
    servers: Servers, meeting: Meeting, owner: Member
) -> None:
    async with visiting(servers, meeting.id, owner.identity) as seat:
        await until(lambda: has_status(meeting, "recording"))
        changed = await owner.send("PUT", f"/api/v1/sessions/{meeting.id}", {"status": "cancelled"})
        assert (changed.status_code, changed.json()["status"]) == (200, "cancelled"), changed.text
        async with asyncio.timeout(40):
            await seat.left.wait()
    await until(lambda: _says(meeting, "cancelled"))


async def test_a_paused_session_has_no_agent_until_it_is_resumed(
    servers: Servers, redis: Redis, meeting: Meeting, owner: Member
) -> None:
    path = f"/api/v1/sessions/{meeting.id}"
    async with registered(servers, redis) as worker, visiting(servers, meeting.id, "ann"):
        await until(lambda: _listens(redis, meeting))
        (await owner.send("PUT", path, {"status": "paused"})).raise_for_status()
        agent = next(each for each in worker.agents if each.job.session_id == meeting.id)
        async with asyncio.timeout(40):
            await agent.seat.left.wait()
        assert await meeting.status() == "paused"
        (await owner.send("PUT", path, {"status": "recording"})).raise_for_status()
        await until(lambda: _is_sent(worker.agents, meeting, 2))
        assert await meeting.status() == "recording"
    assert await meeting.events("session") == ["recording", "paused", "recording"]


@pytest.mark.parametrize("whole_account", [False, True], ids=["session", "account"])
async def test_a_deleted_session_leaves_nothing_and_those_who_follow_it_are_told(
    servers: Servers,
    redis: Redis,
    admin: Connection,
    api: Api,
    meeting: Meeting,
    owner: Member,
    whole_account: bool,
) -> None:
    async with (
        visiting(servers, meeting.id, "ann") as seat,
        api.listening(meeting, owner.headers) as following,
    ):
        await until(lambda: has_status(meeting, "recording"))
        await redis.set(lease_key(meeting.id), "agent-1", px=60_000)
        await meeting.say("ann 0.0-1.0 r0: hello")
        path = "/api/v1/users/me" if whole_account else f"/api/v1/sessions/{meeting.id}"
        deleted = await owner.send("DELETE", path, {"confirm": meeting.owner} if whole_account else None)
        assert deleted.status_code == 200, deleted.text
        async with asyncio.timeout(40):
            await seat.left.wait()
        told = await following.take(1)
        while told[-1].data.get("status") != "deleted":
            told += await following.take(1)
    await until(lambda: _is_forgotten(redis, meeting))
    assert await redis.get(lease_key(meeting.id)) in {None, "-"}
    await meeting.say("ann 2.0-3.0 r0: too late")
    await until(meeting.all_settled)
    assert await meeting.stored() == []
    for table in ("transcriptions", "session_members", "jobs"):
        left = await admin.execute(
            f"select 1 from public.{table} where session_id = %s".encode(), [meeting.id]
        )
        assert await left.fetchone() is None


async def _says(meeting: Meeting, status: str) -> bool:
    return (await meeting.events("session"))[-1:] == [status]


async def _listens(redis: Redis, meeting: Meeting) -> bool:
    return await redis.get(lease_key(meeting.id)) is not None


async def _is_sent(agents: list[Agent], meeting: Meeting, count: int) -> bool:
    return sum(each.job.session_id == meeting.id for each in agents) == count


async def _is_forgotten(redis: Redis, meeting: Meeting) -> bool:
    return not await redis.exists(meeting.key) and not await redis.sismember(
        LIVE_SESSIONS_KEY, str(meeting.id)
    )

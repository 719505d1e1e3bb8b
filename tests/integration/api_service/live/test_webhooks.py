"""Only LiveKit is heard, and each of its events once."""

import base64
import hashlib
import json
from uuid import UUID, uuid4

import pytest
from livekit.api import AccessToken
from redis.asyncio import Redis

from shared.contracts.rooms import room_name
from tests.integration.api_service.live.meetings import Meeting, Meetings, until
from tests.integration.api_service.live.rooms import registered, visiting
from tests.integration.api_service.live.serving import Api
from tests.servers import Servers

pytestmark = pytest.mark.integration

ADDRESS = "/api/v1/livekit/webhook"


def event(session_id: UUID | str, *, kind: str = "participant_joined", event_id: str | None = None) -> bytes:
    room = room_name(session_id) if isinstance(session_id, UUID) else session_id
    return json.dumps({"event": kind, "id": event_id or uuid4().hex, "room": {"name": room}}).encode()


def signed(servers: Servers, body: bytes, *, secret: str | None = None) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    token = AccessToken(servers.livekit_api_key, secret or servers.livekit_api_secret).with_sha256(digest)
    return {"authorization": token.to_jwt(), "content-type": "application/webhook+json"}


async def test_a_signed_event_is_taken(api: Api, servers: Servers, meeting: Meeting) -> None:
    body = event(meeting.id)
    answer = await api.http.post(ADDRESS, content=body, headers=signed(servers, body))
    assert answer.status_code == 204


async def test_an_event_is_acted_upon_once(
    api: Api, servers: Servers, redis: Redis, meeting: Meeting
) -> None:
    body = event(meeting.id, event_id="EV_twice" + uuid4().hex)
    for _ in range(2):
        await api.http.post(ADDRESS, content=body, headers=signed(servers, body))
    names = [key async for key in redis.scan_iter("webhook:EV_twice*")]
    assert len(names) == 1
    assert 0 < await redis.ttl(names[0]) <= 600


@pytest.mark.parametrize("room", ["someone-elses", "intrascribe_room_nonsense", ""])
async def test_unknown_rooms_are_passed_over(api: Api, servers: Servers, room: str) -> None:
    body = event(room)
    answer = await api.http.post(ADDRESS, content=body, headers=signed(servers, body))
    assert answer.status_code == 204


async def test_whoever_does_not_sign_for_this_body_is_turned_away(
    api: Api, servers: Servers, meeting: Meeting
) -> None:
    body = event(meeting.id)
    forged = signed(servers, body, secret="another-secret-another-secret-another")
    foreign = signed(servers, event(uuid4()))
    unsigned = {"authorization": AccessToken(servers.livekit_api_key, servers.livekit_api_secret).to_jwt()}
    for headers in (forged, foreign, unsigned, {"authorization": "nonsense"}, {}):
        answer = await api.http.post(ADDRESS, content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    broken = b"\xff\xfe"
    answer = await api.http.post(ADDRESS, content=broken, headers=signed(servers, broken))
    assert answer.status_code == 401


async def test_an_event_brings_the_agent_without_waiting_for_the_sweep(
    api: Api, servers: Servers, redis: Redis, meetings: Meetings
) -> None:
    meeting = await meetings.open()
    async with registered(servers, redis) as worker, visiting(servers, meeting.id):
        body = event(meeting.id)
        await api.http.post(ADDRESS, content=body, headers=signed(servers, body))

        async def sent() -> bool:
            return any(agent.job.session_id == meeting.id for agent in worker.agents)

        await until(sent, within=3)

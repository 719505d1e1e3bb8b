"""Entering the room of a session."""

from collections.abc import AsyncIterator

import httpx
import jwt
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from livekit.api import ListRoomsRequest, LiveKitAPI

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import BASE_URL, Person, sign_in, stored
from tests.servers import Servers

pytestmark = pytest.mark.integration

PATH = "/api/v1/livekit/connection-details"


@pytest.fixture
async def livekit(servers: Servers) -> AsyncIterator[LiveKitAPI]:
    async with LiveKitAPI(servers.livekit_url, servers.livekit_api_key, servers.livekit_api_secret) as client:
        yield client


async def rooms(livekit: LiveKitAPI) -> set[str]:
    return {room.name for room in (await livekit.room.list_rooms(ListRoomsRequest())).rooms}


async def test_a_session_and_its_room_are_made(ada: Person, servers: Servers, livekit: LiveKitAPI) -> None:
    body = {"room_config": {"agents": [{"agent_name": "any"}]}, "title": "Weekly", "language": "en-US"}
    answer = await ada.post(PATH, body)
    details = answer.json()
    assert answer.status_code == 200
    assert set(details) == {"serverUrl", "roomName", "participantName", "participantToken", "sessionId"}
    assert details["serverUrl"] == servers.livekit_url
    assert details["roomName"] == f"intrascribe_room_{details['sessionId']}"
    assert details["participantName"] == f"User_{ada.email.partition('@')[0]}"
    assert details["roomName"] in await rooms(livekit)
    session = (await ada.get(f"/api/v1/sessions/{details['sessionId']}")).json()
    assert (session["title"], session["language"], session["role"]) == ("Weekly", "en-US", "owner")


async def test_livekit_takes_the_token(ada: Person, servers: Servers) -> None:
    details = (await ada.post(PATH, {})).json()
    said = jwt.decode(details["participantToken"], servers.livekit_api_secret, algorithms=["HS256"])
    assert said["name"] == "Ada"
    assert said["sub"].startswith(f"intrascribe_user_{ada.id}_")
    async with httpx.AsyncClient(base_url=servers.livekit_url.replace("ws", "http", 1)) as server:
        token = {"access_token": details["participantToken"]}
        assert (await server.get("/rtc/validate", params=token)).status_code == 200


async def test_a_participant_enters_the_same_room_twice_as_two(ada: Person, bob: Person) -> None:
    session = await ada.new_session()
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    tokens = set()
    for name in (session["id"], f"intrascribe_room_{session['id']}"):
        details = (await bob.post(PATH, {"session_id": name})).json()
        assert details["sessionId"] == session["id"]
        tokens.add(jwt.decode(details["participantToken"], options={"verify_signature": False})["sub"])
    assert len(tokens) == 2


async def test_nobody_enters_a_room_uninvited(
    ada: Person, bob: Person, servers: Servers, livekit: LiveKitAPI
) -> None:
    session = await ada.new_session()
    before, rooms_before = stored(servers), await rooms(livekit)
    for name in (session["id"], "nonsense", f"intrascribe_room_{bob.id}"):
        answer = await bob.post(PATH, {"session_id": name})
        assert (answer.status_code, answer.json()["code"]) == (404, "session-not-found")
    assert stored(servers) == before
    assert await rooms(livekit) <= rooms_before  # those of other tests may just have ended


@pytest.mark.parametrize("status", ["cancelled", "archived"])
async def test_a_session_that_is_over_for_good_is_a_conflict(
    ada: Person, servers: Servers, status: str
) -> None:
    session = await ada.new_session()
    with psycopg.connect(servers.database_admin_url) as connection:
        change = "update public.recording_sessions set status = %s where id = %s"
        connection.execute(change, [status, session["id"]])
    answer = await ada.post(PATH, {"session_id": session["id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "session-closed")


@pytest.mark.parametrize(
    "body", [{"title": ""}, {"title": "a\x00"}, {"language": "x"}, {"session_id": 1}, []]
)
async def test_what_does_not_parse_changes_nothing(
    ada: Person, servers: Servers, livekit: LiveKitAPI, body: object
) -> None:
    before, rooms_before = stored(servers), await rooms(livekit)
    assert (await ada.post(PATH, body)).status_code == 422
    assert stored(servers) == before
    assert await rooms(livekit) <= rooms_before  # those of other tests may just have ended


async def test_while_livekit_is_away_nothing_is_created_and_trying_again_is_advised(
    settings: ApiSettings, servers: Servers
) -> None:
    away = settings.model_copy(update={"livekit_url": "ws://127.0.0.1:9"})
    async with LifespanManager(create_app(away)) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            person = await sign_in(client, "ada")
            before = stored(servers)
            answer = await person.post(PATH, {})
    assert (answer.status_code, answer.json()["code"]) == (503, "upstream-failed")
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["retryable"] is True
    assert stored(servers) == before

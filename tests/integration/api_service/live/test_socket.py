"""The event stream over a WebSocket: the same events, the same places, and who may listen."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import jwt
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.integration.api_service.live.meetings import Meeting, Meetings
from tests.integration.api_service.live.proxies import plugged
from tests.integration.api_service.live.serving import Api, serving
from tests.servers import Servers

pytestmark = pytest.mark.integration


def address(api: Api, meeting: Meeting, *, after: str | None = None, prefix: str = "") -> str:
    base = str(api.http.base_url).rstrip("/").replace("http", "ws", 1)
    query = f"?after={after}" if after else ""
    return f"{base}/api/v1/realtime/sessions/{prefix}{meeting.id}/ws{query}"


def offered(headers: dict[str, str]) -> list[Subprotocol]:
    """As a page offers its token, which cannot set headers."""
    token = headers["authorization"].removeprefix("Bearer ")
    return [Subprotocol("intrascribe.v1"), Subprotocol(f"bearer.{token}")]


@asynccontextmanager
async def listening(
    api: Api, meeting: Meeting, headers: dict[str, str], *, after: str | None = None
) -> AsyncIterator[ClientConnection]:
    async with connect(
        address(api, meeting, after=after), subprotocols=offered(headers), proxy=None
    ) as socket:
        yield socket


async def take(socket: ClientConnection) -> dict[str, object]:
    async with asyncio.timeout(40):
        message: dict[str, object] = json.loads(await socket.recv())
    return message


async def closed(socket: ClientConnection) -> int | None:
    """The code with which the server closes."""
    async with asyncio.timeout(40):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else None


async def refused(api: Api, url: str, **options: object) -> tuple[int, dict[str, object]]:
    with pytest.raises(InvalidStatus) as refusal:
        await connect(url, proxy=None, **options)  # type: ignore[arg-type]  # its options are typed one by one
    response = refusal.value.response
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, json.loads(response.body)


async def test_a_socket_tells_what_the_stream_tells(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    await meeting.say("ann 0.0-1.0 r0: hello")
    async with api.listening(meeting, headers) as events, listening(api, meeting, headers) as socket:
        assert socket.subprotocol == "intrascribe.v1"
        await meeting.say("agent listening", "ann 1.0-2.0 r0~ he", "session completed")
        for _ in range(4):
            told, message = await events.next(), await take(socket)
            assert told
            assert message == {"event": told.kind, "id": told.id, "data": told.data}


async def test_a_socket_resumes_from_every_position(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    positions = await meeting.say(*(f"ann {n}.0-{n}.9 r0: line {n}" for n in range(5)))
    for seen, position in enumerate(positions[:-1]):
        async with listening(api, meeting, headers, after=position) as socket:
            assert [(await take(socket))["id"] for _ in positions[seen + 1 :]] == positions[seen + 1 :]


@pytest.mark.parametrize("prefix", ["", "intrascribe_room_"])
async def test_a_client_may_sign_in_with_its_first_message(api: Api, meeting: Meeting, prefix: str) -> None:
    headers = await api.sign_in(meeting)
    token = headers["authorization"].removeprefix("Bearer ")
    positions = await meeting.say("ann 0.0-1.0 r0: one", "ann 1.0-2.0 r0: two")
    async with connect(address(api, meeting, prefix=prefix), proxy=None) as socket:
        await socket.send(json.dumps({"type": "authenticate", "token": token, "after": positions[0]}))
        assert (await take(socket))["id"] == positions[1]
    async with connect(address(api, meeting), additional_headers=headers, proxy=None) as socket:
        assert (await take(socket))["event"] == "snapshot"


@pytest.mark.parametrize(
    ("first", "code", "close"),
    [
        ("{", "bad-first-message", 4400),
        ("[]", "bad-first-message", 4400),
        ("[" * 100_000, "bad-first-message", 4400),
        (b"\xff", "bad-first-message", 4400),
        ('{"type": "authenticate", "token": 1}', "bad-first-message", 4400),
        ('{"type": "authenticate", "token": "a", "after": 1}', "bad-first-message", 4400),
        ('{"type": "authenticate", "token": "a", "after": "1"}', "bad-request", 4400),
        ('{"type": "authenticate", "token": "a.b.c"}', "unauthenticated", 4401),
    ],
)
async def test_a_first_message_that_signs_nobody_in_is_a_problem(
    api: Api, meeting: Meeting, first: str | bytes, code: str, close: int
) -> None:
    async with connect(address(api, meeting), proxy=None) as socket:
        await socket.send(first)
        told = await take(socket)
        assert told["event"] == "problem"
        problem = told["data"]
        assert isinstance(problem, dict)
        assert (problem["code"], problem["status"]) == (code, close - 4000)
        assert await closed(socket) == close


async def test_a_handshake_that_may_not_listen_is_refused_as_over_http(
    api: Api, meetings: Meetings, meeting: Meeting
) -> None:
    _, email = await meetings.account()
    owner, stranger = await api.sign_in(meeting), await api.sign_in_as(email)
    url = address(api, meeting)
    status, problem = await refused(api, url, subprotocols=offered(stranger))
    assert (status, problem["code"]) == (404, "session-not-found")
    status, problem = await refused(api, url, additional_headers={"authorization": "Bearer a.b.c"})
    assert (status, problem["code"]) == (401, "unauthenticated")
    status, problem = await refused(api, f"{url}?after=now", subprotocols=offered(owner))
    assert (status, problem["code"]) == (400, "bad-request")
    status, problem = await refused(api, url, subprotocols=offered(owner), origin="https://evil.example")
    assert (status, problem["code"]) == (403, "foreign-origin")
    status, problem = await refused(api, url.replace("/ws", "/nothing"), subprotocols=offered(owner))
    assert (status, problem["code"]) == (404, "not-found")
    unknown = url.replace(str(meeting.id), "nonsense")
    assert (await refused(api, unknown, subprotocols=offered(owner)))[0] == 404


async def test_pages_of_ours_and_allowed_ones_may_listen(
    servers: Servers, tmp_path: Path, meeting: Meeting
) -> None:
    friend = "https://friend.example"
    async with serving(servers, tmp_path, cors_origins=(friend,)) as api:
        headers = await api.sign_in(meeting)
        for origin in (str(api.http.base_url).rstrip("/"), friend):
            own = Origin(origin)
            async with connect(
                address(api, meeting), subprotocols=offered(headers), origin=own, proxy=None
            ) as socket:
                assert (await take(socket))["event"] == "snapshot"


async def test_a_socket_ends_with_its_token(api: Api, meeting: Meeting, tmp_path: Path) -> None:
    headers = await api.sign_in(meeting)
    said = jwt.decode(headers["authorization"].removeprefix("Bearer "), options={"verify_signature": False})
    short = jwt.encode(
        said | {"exp": time.time() + 1.5},
        (tmp_path / "development.pem").read_bytes(),
        algorithm="ES256",
        headers={"kid": (await api.http.get("/.well-known/jwks.json")).json()["keys"][0]["kid"]},
    )
    async with listening(api, meeting, {"authorization": f"Bearer {short}"}) as socket:
        assert (await take(socket))["event"] == "snapshot"
        assert await closed(socket) == 4401


async def test_without_redis_sockets_close_with_come_back(
    servers: Servers, meeting: Meeting, tmp_path: Path
) -> None:
    async with (
        plugged(servers.redis_url) as plug,
        serving(servers, tmp_path, redis_url=plug.url) as api,
    ):
        headers = await api.sign_in(meeting)
        async with listening(api, meeting, headers) as socket:
            await take(socket)
            await plug.unplug()
            assert await closed(socket) == 1013
        status, problem = await refused(api, address(api, meeting), subprotocols=offered(headers))
        assert (status, problem["retryable"]) == (503, True)


async def test_a_server_that_stops_closes_its_sockets_at_once(
    servers: Servers, meeting: Meeting, tmp_path: Path
) -> None:
    async with serving(servers, tmp_path) as api:
        headers = await api.sign_in(meeting)
        async with listening(api, meeting, headers) as socket:
            await take(socket)
            api.server.should_exit = True
            began = time.monotonic()
            assert await closed(socket) == 1012
            assert time.monotonic() - began < 5


async def test_what_a_client_says_later_is_passed_over(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    async with listening(api, meeting, headers) as socket:
        await take(socket)
        for _ in range(100):
            await socket.send("anything")
        await socket.send(b"\xff" * 1000)
        await meeting.say("ann 0.0-1.0 r0: hello")
        assert (await take(socket))["event"] == "caption"
        await socket.send("x" * 2_000_000)
        assert await closed(socket) == 1009

"""What a socket does when its client is silent, slow or gone."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from fastapi import WebSocket
from starlette.types import Message

from api_service.event_sockets import (
    DIALECT,
    ForeignOrigin,
    Patience,
    Telling,
    ensure_known_origin,
    token_of,
)
from shared.errors import Unauthenticated, Unavailable

NEWS = '{"event": "agent", "data": {}}'
FOR_EVER = time.time() + 3600


class Client:
    """The other end of a socket, as a server passes it on."""

    def __init__(self, *, takes: Callable[[Message], Awaitable[None]] | None = None) -> None:
        self.got: list[Message] = []
        self.left = asyncio.Event()
        self._takes = takes

    async def receive(self) -> Message:
        await self.left.wait()
        return {"type": "websocket.disconnect", "code": 1001}

    async def send(self, message: Message) -> None:
        if self._takes:
            await self._takes(message)
        self.got.append(message)

    async def socket(self) -> WebSocket:
        async def arriving() -> Message:
            return {"type": "websocket.connect"}

        websocket = handshake({})
        websocket._receive, websocket._send = arriving, self.send
        await websocket.accept()
        websocket._receive = self.receive
        return websocket

    @property
    def messages(self) -> list[object]:
        return [json.loads(each["text"]) for each in self.got if each["type"] == "websocket.send"]

    @property
    def closed(self) -> int | None:
        return next((each["code"] for each in self.got if each["type"] == "websocket.close"), None)


def handshake(headers: dict[str, str], *protocols: str) -> WebSocket:
    async def nothing() -> Message:
        raise AssertionError

    async def nowhere(_: Message) -> None:
        raise AssertionError

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": "/", "headers": raw, "subprotocols": list(protocols)}
    return WebSocket(scope, nothing, nowhere)


class News:
    """Events that come at once, and then no more or never an end."""

    def __init__(self, count: int, *, then_wait: bool = False) -> None:
        self.closed = False
        self._count = count
        self._then_wait = then_wait

    async def events(self) -> AsyncGenerator[str, None]:
        try:
            for _ in range(self._count):
                yield NEWS
            if self._then_wait:
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def test_events_are_sent_and_the_end_says_to_come_back() -> None:
    client = Client()
    async with asyncio.timeout(5):
        await Telling(await client.socket(), Patience()).tell(News(2).events(), until=FOR_EVER)
    assert client.messages == [{"event": "agent", "data": {}}] * 2
    assert client.closed == 1013


async def test_the_end_of_what_ends_says_that_it_is_over() -> None:
    client = Client()
    async with asyncio.timeout(5):
        await Telling(await client.socket(), Patience()).tell(News(1).events(), until=FOR_EVER, is_over=True)
    assert client.closed == 1000


async def test_the_end_of_a_token_says_to_sign_in() -> None:
    client = Client()
    async with asyncio.timeout(5):
        await Telling(await client.socket(), Patience()).tell(News(0).events(), until=time.time() - 1)
    assert client.closed == 4401


async def test_silence_is_filled_with_pings() -> None:
    client = Client()
    news = News(1, then_wait=True)
    telling = asyncio.create_task(
        Telling(await client.socket(), Patience(silence=0.01)).tell(news.events(), until=FOR_EVER)
    )
    async with asyncio.timeout(5):
        while len(client.messages) < 3:  # noqa: ASYNC110 - the client has no event for that
            await asyncio.sleep(0.005)
        client.left.set()
        await telling
    assert client.messages[1:3] == [{"event": "ping"}] * 2
    assert client.closed is None
    assert news.closed


async def test_a_client_that_takes_nothing_is_cut_off_and_nothing_piles_up() -> None:
    asked: list[Message] = []

    async def stuck_on_events(message: Message) -> None:
        asked.append(message)
        if message["type"] == "websocket.send":
            await asyncio.Event().wait()

    client = Client(takes=stuck_on_events)
    async with asyncio.timeout(5):
        patience = Patience(stuck=0.05)
        await Telling(await client.socket(), patience).tell(News(1000).events(), until=FOR_EVER)
    assert [each["type"] for each in asked] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert client.closed == 1013


async def test_a_client_that_does_not_even_take_the_close_is_left() -> None:
    async def stuck(message: Message) -> None:
        if message["type"] != "websocket.accept":
            await asyncio.Event().wait()

    client = Client(takes=stuck)
    async with asyncio.timeout(5):
        patience = Patience(stuck=0.05)
        await Telling(await client.socket(), patience).tell(News(1).events(), until=FOR_EVER)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://us.example:8000", "host": "us.example:8000"},
        {"origin": "https://US.example", "host": "us.example"},
        {"origin": "https://friend.example", "host": "us.example"},
    ],
)
def test_programs_our_own_pages_and_allowed_ones_may_listen(headers: dict[str, str]) -> None:
    ensure_known_origin(handshake(headers), ("https://friend.example",))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "https://us.example:1",
        "http://friend.example",
        "http://[",
        "us.example",
    ],
)
def test_pages_of_others_may_not(origin: str) -> None:
    with pytest.raises(ForeignOrigin):
        ensure_known_origin(handshake({"origin": origin, "host": "us.example"}), ("https://friend.example",))


def test_a_token_comes_in_a_header_or_as_a_protocol() -> None:
    assert token_of(handshake({"authorization": "Bearer abc"})) == "abc"
    assert token_of(handshake({}, "intrascribe.v1", "bearer.a.b.c")) == "a.b.c"
    assert token_of(handshake({}, "intrascribe.v1")) is None


def test_what_passes_closes_with_come_back_and_what_does_not_with_its_status() -> None:
    assert DIALECT.close_code(Unavailable("away")) == 1013
    assert DIALECT.close_code(Unauthenticated("no")) == 4401

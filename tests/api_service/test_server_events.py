"""What a stream does when nobody reads it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext

import anyio
from sse_starlette import ServerSentEvent
from starlette.types import Message, Scope

from api_service.server_events import EventStream


async def test_a_follower_that_takes_nothing_is_cut_off_and_its_place_is_freed() -> None:
    freed = asyncio.Event()

    async def events() -> AsyncIterator[ServerSentEvent]:
        try:
            while True:
                yield ServerSentEvent("news")
        finally:
            freed.set()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    scope: Scope = {"type": "http", "method": "GET", "asgi": {"spec_version": "2.3"}}
    async with asyncio.timeout(5):
        stream = EventStream(events(), stopping=anyio.Event(), place=nullcontext(), stuck_seconds=0.05)
        await stream(scope, receive, send)
        await freed.wait()

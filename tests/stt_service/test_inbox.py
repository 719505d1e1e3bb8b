"""How far the service reads ahead of what it can hear."""

import asyncio

import pytest
from fastapi import WebSocket
from starlette.types import Message
from starlette.websockets import WebSocketState

from stt_service.streaming.inbox import Inbox


@pytest.mark.parametrize(("content", "most"), [(b"", 10_000), (bytes(1), 10_000), (bytes(65_536), 20)])
async def test_a_client_that_never_stops_is_read_ahead_only_so_far(content: bytes, most: int) -> None:
    read = 0

    async def receive() -> Message:
        nonlocal read
        read += 1
        assert read <= most
        await asyncio.sleep(0)
        return {"type": "websocket.receive", "bytes": content}

    async def send(_: Message) -> None:
        raise AssertionError("nothing is answered here")

    websocket = WebSocket({"type": "websocket", "headers": []}, receive, send)
    websocket.client_state = websocket.application_state = WebSocketState.CONNECTED
    inbox = Inbox(websocket, idle_seconds=5, max_bytes=100_000)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await inbox.run()
    assert read > 1
    assert await inbox.next() == content

"""The id of a request goes to every service that is asked because of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.integration.api_service.gateway.conftest import Serving

pytestmark = pytest.mark.integration


@asynccontextmanager
async def listening(heard: list[str]) -> AsyncIterator[str]:
    """A server that notes the heads of requests and answers each with nothing."""

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heard.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            heard.append("somebody who hung up")
        finally:
            writer.close()

    async with await asyncio.start_server(note, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_speech_and_livekit_are_asked_under_the_same_id(serving: Serving) -> None:
    heard: list[str] = []
    async with (
        listening(heard) as address,
        serving(stt_service_url=f"http://{address}", livekit_url=f"ws://{address}") as api,
    ):
        answer = await api.get("/health", headers={"x-request-id": "abc-7"})
        assert answer.headers["x-request-id"] == "abc-7"
    asked = {head.splitlines()[0] for head in heard if "x-request-id: abc-7" in head}
    assert any("/health" in line for line in asked)
    assert any("listrooms" in line for line in asked)

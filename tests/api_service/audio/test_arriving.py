"""Content that comes from a client: up to a size, and as long as it comes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from api_service.audio.service import UploadStalled, arriving
from shared.errors import TooLarge


async def sent(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_what_is_sent_arrives() -> None:
    assert [piece async for piece in arriving(sent(b"ab", b"c"), most=3)] == [b"ab", b"c"]


async def test_more_than_is_taken_is_refused_when_it_comes() -> None:
    arrived = arriving(sent(b"ab", b"cd"), most=3)
    assert await anext(arrived) == b"ab"
    with pytest.raises(TooLarge, match="3 bytes"):
        await anext(arrived)


async def test_a_client_who_sends_nothing_any_more_is_given_up() -> None:
    async def stuck() -> AsyncIterator[bytes]:
        yield b"a"
        await asyncio.Event().wait()

    arrived = arriving(stuck(), most=3, stalled_seconds=0.05)
    assert await anext(arrived) == b"a"
    with pytest.raises(UploadStalled):
        await anext(arrived)

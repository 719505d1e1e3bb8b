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


async def test_a_trickle_is_given_up_once_it_has_had_its_time() -> None:
    instants = iter([0.0, 1.0, 29.0, 31.0])
    arrived = arriving(sent(b"a", b"b", b"c"), most=3, stalled_seconds=30, clock=lambda: next(instants))
    assert [await anext(arrived), await anext(arrived)] == [b"a", b"b"]
    with pytest.raises(UploadStalled, match="bytes a second"):
        await anext(arrived)


async def test_a_slow_line_is_fast_enough() -> None:
    instants = iter([0.0, 31.0, 62.0])
    pieces = (bytes(160_000), bytes(160_000))
    arrived = arriving(sent(*pieces), most=400_000, stalled_seconds=30, clock=lambda: next(instants))
    assert [len(piece) async for piece in arrived] == [160_000, 160_000]

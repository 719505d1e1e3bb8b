"""What waits for a client, and one that does not read."""

import asyncio

import pytest
from fastapi import WebSocket
from pydantic import BaseModel
from starlette.types import Message

from stt_service.streaming.outbox import Outbox, SlowReader


class Text(BaseModel):
    text: str


class Line:
    """A connection that takes messages while it is open."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.open = asyncio.Event()

    async def socket(self) -> WebSocket:
        async def receive() -> Message:
            return {"type": "websocket.connect"}

        async def send(message: Message) -> None:
            if message["type"] == "websocket.send":
                await self.open.wait()
                self.sent.append(Text.model_validate_json(message["text"]).text)

        websocket = WebSocket({"type": "websocket", "headers": []}, receive, send)
        await websocket.accept()
        return websocket


async def test_a_newer_version_takes_the_place_of_the_one_that_waits() -> None:
    line = Line()
    outbox = Outbox(await line.socket(), patience_seconds=5)
    sending = asyncio.create_task(outbox.run())
    for text, key in (("a0", "a"), ("x", None), ("a1", "a"), ("b0", "b"), ("a2", "a"), ("x", None)):
        outbox.put(Text(text=text), replacing=key)
    line.open.set()
    await outbox.sent()
    sending.cancel()
    assert line.sent == ["a2", "x", "b0", "x"]


async def test_a_version_that_comes_while_another_is_being_sent_follows_it() -> None:
    line = Line()
    outbox = Outbox(await line.socket(), patience_seconds=5)
    outbox.put(Text(text="a0"), replacing="a")
    sending = asyncio.create_task(outbox.run())
    await asyncio.sleep(0)
    outbox.put(Text(text="a1"), replacing="a")
    line.open.set()
    await outbox.sent()
    sending.cancel()
    assert line.sent == ["a0", "a1"]


async def test_whoever_fills_it_waits_until_few_messages_wait() -> None:
    line = Line()
    outbox = Outbox(await line.socket(), patience_seconds=5)
    sending = asyncio.create_task(outbox.run())
    for text in "abc":
        outbox.put(Text(text=text))
    await outbox.caught_up(most=3)
    keeping_back = asyncio.create_task(outbox.caught_up(most=1))
    await asyncio.sleep(0)
    assert not keeping_back.done()
    line.open.set()
    await keeping_back
    sending.cancel()


async def test_a_client_that_reads_nothing_is_given_up() -> None:
    outbox = Outbox(await Line().socket(), patience_seconds=0.01)
    outbox.put(Text(text="a"))
    with pytest.raises(SlowReader):
        await outbox.run()

"""A client of our own stream, and speech as its scripted engine hears it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import numpy as np
import orjson
from pydantic import BaseModel, TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from shared.audio import SAMPLE_RATE
from shared.contracts.stream import STREAM_PATH, Listening, Start, Stop, Stopped, StreamCaption, StreamProblem

Said = Listening | StreamCaption | Stopped | StreamProblem
_SAID: TypeAdapter[Said] = TypeAdapter(Said)


def tape(script: str, *, rate: int = SAMPLE_RATE) -> bytes:
    """One character per 100 ms: '#' speech, '.' silence."""
    return b"".join(np.full(rate // 10, 1000 if mark == "#" else 0, "<i2").tobytes() for mark in script)


@dataclass
class Client:
    """What a program would do that streams to the service."""

    socket: ClientConnection

    async def tell(self, message: BaseModel) -> None:
        await self.socket.send(message.model_dump_json(exclude_none=True))

    async def start(self, start: Start | None = None) -> Listening:
        await self.tell(start or Start(track="a"))
        listening = await self.next()
        assert isinstance(listening, Listening)
        return listening

    async def send(self, audio: bytes, *, piece: int = 3200) -> None:
        for place in range(0, len(audio), piece):
            await self.socket.send(audio[place : place + piece])

    async def next(self) -> Said:
        return _SAID.validate_python(orjson.loads(await self.socket.recv()))

    async def caption(self) -> StreamCaption:
        message = await self.next()
        assert isinstance(message, StreamCaption), message
        return message

    async def stop(self) -> list[StreamCaption]:
        """Say that nothing follows, and return all captions that are still to come."""
        await self.tell(Stop())
        return await self.rest()

    async def rest(self) -> list[StreamCaption]:
        """All captions to the end, which has to be an orderly one."""
        said = [message async for message in self.said()]
        assert isinstance(said[-1], Stopped), said[-1]
        assert self.socket.close_code == 1000
        return [message for message in said[:-1] if isinstance(message, StreamCaption)]

    async def said(self) -> AsyncIterator[Said]:
        """What the service says until it closes, with whatever code."""
        with suppress(ConnectionClosed):
            while True:
                yield await self.next()


@asynccontextmanager
async def streaming(port: int, *, origin: str | None = None) -> AsyncIterator[Client]:
    headers = {"Origin": origin} if origin else {}
    address = f"ws://127.0.0.1:{port}{STREAM_PATH}"
    async with connect(address, additional_headers=headers, compression=None, proxy=None) as socket:
        yield Client(socket)

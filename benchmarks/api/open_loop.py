"""Asks a server over HTTP at a fixed rate, whether or not it keeps up."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import httptools


@dataclass(slots=True)
class Outcome:
    """What came back. Seconds count from when a request was due, so that no stall of the server is hidden."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


async def ask_at_rate(
    port: int, requests: list[bytes], *, rate: float, seconds: float, connections: int = 32
) -> Outcome:
    """Send the requests in turn, so many in a second. Raises ConnectionError when the server hangs up."""
    outcome = Outcome()
    free: asyncio.Queue[_Connection] = asyncio.Queue()
    opened = [await _Connection.open(port) for _ in range(connections)]
    for connection in opened:
        free.put_nowait(connection)
    began = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as waiting:
            for number in range(int(rate * seconds)):
                due = began + number / rate
                if (early := due - time.perf_counter()) > 0:
                    await asyncio.sleep(early)
                request = requests[number % len(requests)]
                waiting.create_task(_ask(free, request, due, outcome))
    finally:
        for connection in opened:
            connection.close()
    return outcome


async def _ask(free: "asyncio.Queue[_Connection]", request: bytes, due: float, outcome: Outcome) -> None:
    connection = await free.get()
    outcome.statuses[await connection.ask(request)] += 1
    outcome.seconds.append(time.perf_counter() - due)
    free.put_nowait(connection)


class _Connection(asyncio.Protocol):
    """One connection that is kept; one request at a time."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answered: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int) -> "_Connection":
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def ask(self, request: bytes) -> int:
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        assert self._answered is not None
        self._answered.set_result(self._parser.get_status_code())
        self._parser = httptools.HttpResponseParser(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("the server hung up"))

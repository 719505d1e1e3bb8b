"""What a client sends, read ahead so far that its leaving is noticed while what it said is being heard."""

import asyncio
from collections import deque

from fastapi import WebSocket

from shared.sockets import SocketIdle, receive

_READ_AHEAD_BYTES = 1_048_576
"""Half a minute of 16 kHz audio. Beyond it a client that is too fast waits, and so does its leaving."""

_MESSAGE_BYTES = 128
"""What a message costs beside its content: were it not counted, empty ones could be read ahead for ever."""


class Inbox:
    """Owns no task: its owner runs `run`, and cancels it when nothing more is wanted."""

    def __init__(self, websocket: WebSocket, *, idle_seconds: float, max_bytes: int) -> None:
        self._websocket = websocket
        self._idle_seconds = idle_seconds
        self._max_bytes = max_bytes
        self._messages: deque[str | bytes] = deque()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._taken = asyncio.Event()

    async def run(self) -> None:
        """Read until cancelled. Raises WebSocketDisconnect when the client leaves, or MessageTooLarge."""
        while True:
            while self._bytes > _READ_AHEAD_BYTES:
                self._taken.clear()
                await self._taken.wait()
            message = await receive(self._websocket, idle_seconds=None, max_bytes=self._max_bytes)
            self._messages.append(message)
            self._bytes += _cost(message)
            self._arrived.set()

    async def has_next(self, *, within_seconds: float) -> bool:
        """Whether a message is there in time."""
        try:
            async with asyncio.timeout(within_seconds):
                while not self._messages:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            return False
        return True

    async def next(self) -> str | bytes:
        """The next message. Raises SocketIdle when it takes too long."""
        if not await self.has_next(within_seconds=self._idle_seconds):
            raise SocketIdle(f"Nothing came for {self._idle_seconds:g} seconds")
        message = self._messages.popleft()
        self._bytes -= _cost(message)
        self._taken.set()
        return message


def _cost(message: str | bytes) -> int:
    return _MESSAGE_BYTES + len(message)

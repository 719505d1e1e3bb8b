"""What a stream has to say to its client, in order and bounded, at the pace at which the client reads."""

import asyncio
from itertools import count

from fastapi import WebSocket
from pydantic import BaseModel

from shared.errors import ServiceError


class SlowReader(ServiceError):
    status, code, title = 408, "slow-reader", "The client does not read what it is sent"


class Outbox:
    """Owns no task: its owner runs `run`, and cancels it when everything is `sent`.

    Messages that replace each other keep the place of the first, so they are never more than what they
    are about. Of all others there are no more than whoever fills it lets wait, with `caught_up`.
    """

    def __init__(self, websocket: WebSocket, *, patience_seconds: float) -> None:
        self._websocket = websocket
        self._patience_seconds = patience_seconds
        self._waiting: dict[str, BaseModel] = {}
        self._numbers = count()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()

    def put(self, message: BaseModel, *, replacing: str | None = None) -> None:
        """Take a message; it replaces the one that waits under the same key. Never waits."""
        self._waiting[replacing or f"#{next(self._numbers)}"] = message
        self._filled.set()

    async def caught_up(self, *, most: int) -> None:
        """Wait until at most so many messages wait."""
        while len(self._waiting) > most:
            self._emptied.clear()
            await self._emptied.wait()

    async def sent(self) -> None:
        """Wait until the client has been sent everything."""
        await self.caught_up(most=0)

    async def run(self) -> None:
        """Send until cancelled. Raises WebSocketDisconnect, or SlowReader."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                key, message = next(iter(self._waiting.items()))
                await self._send(message)
                if self._waiting[key] is message:
                    del self._waiting[key]
                self._emptied.set()

    async def _send(self, message: BaseModel) -> None:
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._websocket.send_text(message.model_dump_json())
        except TimeoutError:
            raise SlowReader(f"A message could not be sent for {self._patience_seconds:g} seconds") from None

"""Tells what waits in a process that the process is about to end."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from shared.errors import Unavailable

Result = TypeVar("Result")


class Interrupted(Unavailable):
    code, title = "interrupted", "The server is being restarted"
    retry_after_seconds = 2


class Stopping:
    """Begins once, when the process is asked to end, some seconds before what still runs is cancelled."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    @property
    def has_begun(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        self._begun.set()

    async def begins_within(self, seconds: float) -> bool:
        """Wait for so long, unless it begins. Returns whether it has."""
        try:
            async with asyncio.timeout(seconds):
                await self._begun.wait()
        except TimeoutError:
            return False
        return True

    async def interrupts(self, work: Coroutine[object, object, Result]) -> Result:
        """Do something that may be given up. Raises Interrupted."""
        working = asyncio.ensure_future(work)
        beginning = asyncio.ensure_future(self._begun.wait())
        try:
            await asyncio.wait((working, beginning), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise Interrupted("Ask again: another process answers then")
            return working.result()
        finally:
            for each in (working, beginning):
                each.cancel()
            await asyncio.gather(working, beginning, return_exceptions=True)

"""How often one question is asked again of one model, and how long it waits for its turn."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

from api_service.llm.provider import Fault, Limited
from api_service.llm.route import Resting, Route

_TRIES, _LIMITS = 3, 6
"""A limit says that the question is right and comes too early: it is worth more tries than a fault."""

SHORTLY_SECONDS = 20.0
_LIMITED_SECONDS = 300.0
"""Where no other model could answer meanwhile, minutes are worth the minute that providers count in."""


class Patience:
    """Of one question. Waiting costs no try."""

    def __init__(self, way: Route, waits: Iterator[float], *, is_last: bool, rest_seconds: float) -> None:
        """`is_last` says that there is no other model to turn to: then `rest_seconds` count."""
        self._way = way
        self._waits = waits
        self._is_last = is_last
        self._rest_seconds = rest_seconds if is_last else SHORTLY_SECONDS
        self._tries = _TRIES + len(way.keys) - 1
        self._limits = _LIMITS + len(way.keys) - 1
        self._waited = 0.0

    async def again(self, fault: Fault) -> None:
        """Waits a moment. Raises the fault where it was one too many."""
        if isinstance(fault, Limited):
            self._limits -= 1
        else:
            self._tries -= 1
        if not self._tries or not self._limits:
            raise fault
        await asyncio.sleep(next(self._waits))

    async def turn(self, ended: asyncio.Event) -> None:
        """Waits until a key has rested, or the question is over that decides about it, which sets `ended`.

        Raises Resting where that takes too long.
        """
        rest, left = self._way.seconds_left, self._left()
        if left <= 0 or (rest > left and not self._way.is_tried):
            raise Resting
        began = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(min(rest, left)):
                await ended.wait()
        self._waited += time.monotonic() - began

    def _left(self) -> float:
        if self._is_last and self._way.is_tried:
            return float("inf")  # it ends when an answer does
        limited_seconds = _LIMITED_SECONDS if self._is_last and self._way.is_limited else 0.0
        return max(limited_seconds, self._rest_seconds) - self._waited

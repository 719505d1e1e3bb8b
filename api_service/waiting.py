"""Waiting for what happens elsewhere and cannot be listened for."""

import asyncio
from collections.abc import Awaitable, Callable

_LOOK_SECONDS = 0.05


async def until(condition: Callable[[], Awaitable[bool]], *, within_seconds: float) -> bool:
    """Whether it became so in time. It is asked for at least once."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_seconds
    while not await condition():
        if loop.time() >= deadline:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
    return True

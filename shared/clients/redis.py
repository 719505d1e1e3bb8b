"""The client of Redis: whoever waits for it can be cancelled, and its failures are expected ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.errors import Unavailable

_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 3.0


def connect(url: str) -> Redis:
    """A client that connects when first used. Callers bound how long they wait, with `reachable`.

    A timeout of the client's own would send through `asyncio.wait_for`, which in Python 3.11 swallows a
    cancellation that comes while the sending ends.
    """
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=None,
        socket_keepalive=True,
    )


@asynccontextmanager
async def reachable(*, seconds: float = _ANSWER_SECONDS) -> AsyncIterator[None]:
    """Turn failures of Redis into Unavailable, and wait for it no longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (RedisError, OSError, TimeoutError) as failure:
        raise Unavailable(f"Redis cannot be reached: {type(failure).__name__}") from failure

"""Entries of Redis streams, with the types that a client which decodes its answers gives them."""

from typing import cast

from redis.asyncio import Redis

Entry = tuple[str, dict[str, str]]


async def entries(redis: Redis, key: str) -> list[Entry]:
    """All that a stream holds, oldest first: positions and fields."""
    return cast("list[Entry]", await redis.xrange(key))

"""Asks the Redis server how it is."""

from redis.asyncio import Redis

from api_service.realtime.writing_schemas import CacheStats
from shared.clients.redis import reachable
from shared.errors import Unavailable

_ANSWER_SECONDS = 1.0
_MEGABYTE = 1024 * 1024


async def read_stats(redis: Redis) -> CacheStats:
    """Always answers within about a second: that the server is away is an answer too."""
    try:
        async with reachable(seconds=_ANSWER_SECONDS), redis.pipeline(transaction=False) as pipe:
            pipe.info()
            pipe.dbsize()
            info, keys = await pipe.execute()
    except Unavailable:
        return CacheStats(
            redis_status="unreachable",
            connected=False,
            memory_used_mb=None,
            total_keys=None,
            connected_clients=None,
            uptime_seconds=None,
        )
    return CacheStats(
        redis_status="connected",
        connected=True,
        memory_used_mb=round(info["used_memory"] / _MEGABYTE, 2),
        total_keys=keys,
        connected_clients=info["connected_clients"],
        uptime_seconds=info["uptime_in_seconds"],
    )

"""Asks the parts that the API stands on whether they answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import httpx
from livekit.api import ListRoomsRequest
from redis.exceptions import RedisError

from api_service.livekit import client as livekit
from api_service.operations.schemas import (
    DatabaseHealth,
    Health,
    HealthDetails,
    LiveKitHealth,
    Microservices,
    RedisHealth,
)
from api_service.runtime import Runtime
from shared.errors import ServiceError

_PATIENCE_SECONDS = 1.0


async def ask_all(runtime: Runtime) -> HealthDetails:
    """Every part at once, so that the slowest one decides how long it takes, at most a second."""
    database, redis, rooms, microservices = await asyncio.gather(
        _ask(lambda: _ask_database(runtime)),
        _ask(lambda: _ask_redis(runtime)),
        _ask(lambda: _ask_livekit(runtime)),
        ask_microservices(runtime),
    )
    return HealthDetails(
        database=DatabaseHealth(status=database),
        redis=RedisHealth(status=redis, connected=redis == "healthy"),
        livekit=LiveKitHealth(status=rooms),
        microservices=microservices,
    )


async def ask_microservices(runtime: Runtime) -> Microservices:
    """The inference services alone."""
    stt, who_speaks = runtime.settings.stt_service_url, runtime.settings.diarization_service_url
    urls = [stt, who_speaks] if who_speaks else [stt]
    answers = await asyncio.gather(*(_ask(partial(_ask_service, runtime, url)) for url in urls))
    return Microservices(stt_service=answers[0], diarization_service=answers[1] if who_speaks else None)


def uptime_seconds(runtime: Runtime) -> float:
    """Since this process opened."""
    return round(time.monotonic() - runtime.started_at, 3)


async def _ask(question: Callable[[], Awaitable[Health]]) -> Health:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await question()
    except (TimeoutError, ServiceError, RedisError, OSError, httpx.HTTPError, *livekit.FAILURES):
        return "unreachable"


async def _ask_database(runtime: Runtime) -> Health:
    async with runtime.database.as_service() as connection:
        await connection.execute("select 1")
    return "healthy"


async def _ask_redis(runtime: Runtime) -> Health:
    await runtime.redis.ping()
    return "healthy"


async def _ask_livekit(runtime: Runtime) -> Health:
    await runtime.livekit.room.list_rooms(ListRoomsRequest(names=["health"]))
    return "healthy"


async def _ask_service(runtime: Runtime, url: str) -> Health:
    answer = await runtime.http.get(f"{url}/health")
    return "healthy" if answer.is_success else "unhealthy"

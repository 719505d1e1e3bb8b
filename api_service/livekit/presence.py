"""Keeps exactly one agent in every room with people in it, and sessions in step with their rooms.

One of all API processes leads at a time. It looks at every room about once a second, and at a single one as
soon as a webhook or a new token calls for it.
"""

import asyncio
import time
from contextlib import suppress
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from api_service.livekit.presence_keeper import ANNOUNCED_KEY, REVOKED_MILLISECONDS, RoomKeeper
from shared.backoff import backoff
from shared.clients.redis import reachable
from shared.contracts.rooms import NO_HOLDER, lease_key
from shared.errors import Unavailable, UpstreamFailed

log = structlog.get_logger()

_LEADER_KEY = "presence:leader"
_WAKE_KEY = "presence:wake"

_LEAD_SECONDS = 5.0
_ACT_SECONDS = 4.0
"""Shorter than the lead, so that two leaders never act at once."""

_LEASES_BACK_SECONDS = 2.0
"""After Redis was away a missing lease does not tell a dead agent from one that is about to take it again."""

_ROUND_SECONDS = 10.0
_MOST_WAIT_SECONDS = 2.0
_PERIOD_SECONDS = 1.0
_IDLE_PERIOD_SECONDS = 3.0
_WAKES_KEPT = 1000


class Presence:
    """`run` is owned by the lifespan; the other methods only leave word for whoever leads."""

    def __init__(self, redis: Redis, keeper: RoomKeeper) -> None:
        self._redis = redis
        self._keeper = keeper
        self._sweep_at = 0.0

    async def room_wanted(self, session_id: UUID) -> None:
        """Somebody is about to enter this session's room. Returns soon and raises nothing."""
        try:
            async with reachable():
                await self._redis.zadd(ANNOUNCED_KEY, {str(session_id): time.time()})
            await self.look_soon(session_id)
        except Unavailable:
            log.warning("presence.not_told", session_id=str(session_id))

    async def look_soon(self, session_id: UUID) -> None:
        """Something has happened in this session's room. Raises Unavailable."""
        async with reachable(), self._redis.pipeline(transaction=True) as pipe:
            pipe.rpush(_WAKE_KEY, str(session_id))
            pipe.ltrim(_WAKE_KEY, -_WAKES_KEPT, -1)
            await pipe.execute()

    async def not_wanted(self, session_id: UUID) -> None:
        """Nobody is awaited in this session's room any more. Its agent may finish. Raises Unavailable."""
        async with reachable():
            await self._redis.zrem(ANNOUNCED_KEY, str(session_id))

    async def forget(self, session_id: UUID) -> None:
        """Nobody is awaited, and what its agent has not yet written it must not write. Raises Unavailable."""
        await self.not_wanted(session_id)
        async with reachable():
            await self._redis.set(lease_key(session_id), NO_HOLDER, px=REVOKED_MILLISECONDS, xx=True)

    async def run(self) -> None:
        """Lead, or wait to lead, until cancelled."""
        lock = self._redis.lock(_LEADER_KEY, timeout=_LEAD_SECONDS, blocking=False, thread_local=False)
        delays = backoff(most_seconds=_MOST_WAIT_SECONDS)
        try:
            while True:
                try:
                    async with asyncio.timeout(_ROUND_SECONDS):
                        await self._round(lock)
                    delays = backoff(most_seconds=_MOST_WAIT_SECONDS)
                except UpstreamFailed:
                    log.warning("presence.without_livekit")
                    await asyncio.sleep(next(delays))
                except (RedisError, OSError, TimeoutError, Unavailable) as failure:
                    log.warning("presence.interrupted", reason=type(failure).__name__)
                    await asyncio.sleep(next(delays))
                    await self._recovered()
        finally:
            with suppress(RedisError, LockError, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await lock.release()

    async def _recovered(self) -> None:
        """Wait for Redis, and then until living agents have their leases back."""
        for delay in backoff(most_seconds=_MOST_WAIT_SECONDS):
            with suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._redis.ping()
                break
            await asyncio.sleep(delay)
        await asyncio.sleep(_LEASES_BACK_SECONDS)

    async def _round(self, lock: Lock) -> None:
        if not await _leads(lock):
            self._keeper.forget()
            await asyncio.sleep(_PERIOD_SECONDS)
            return
        woken = await self._woken()
        if not await _leads(lock):
            return
        async with asyncio.timeout(_ACT_SECONDS):
            if time.monotonic() < self._sweep_at:
                await self._keeper.look_at(woken)
            else:
                rooms = await self._keeper.sweep(woken)
                self._sweep_at = time.monotonic() + (_PERIOD_SECONDS if rooms else _IDLE_PERIOD_SECONDS)

    async def _woken(self) -> set[UUID]:
        """The sessions that somebody left word about, or none when it is time for a sweep."""
        patience = self._sweep_at - time.monotonic()
        if patience <= 0:
            return set()
        first = await self._redis.blpop([_WAKE_KEY], timeout=max(0.01, patience))
        if first is None:
            return set()
        others = await self._redis.lpop(_WAKE_KEY, _WAKES_KEPT)
        return {UUID(str(name)) for name in (first[1], *(others or []))}


async def _leads(lock: Lock) -> bool:
    """Stay the leader, or become it if nobody is."""
    if await lock.owned():
        with suppress(LockError):
            await lock.reacquire()
            return True
    return bool(await lock.acquire())

"""The right to caption one session, which one agent holds at a time."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import structlog
from redis.asyncio import Redis

from shared.clients.redis import reachable
from shared.contracts.rooms import LEASE_SECONDS, lease_key
from shared.errors import Unavailable

log = structlog.get_logger()

_RENEW_SECONDS = 1.0
_ANSWER_SECONDS = 2.0
_RETRY_SECONDS = 0.2
"""When Redis comes back, the one who captions should be quicker than a new agent."""

_PATIENCE_SECONDS = LEASE_SECONDS + 1.0
"""Time in which the lease of a dead predecessor surely runs out."""

_TAKE = """
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Lease:
    """Taken once, then held by renewing it until it is released or somebody else has it.

    What was said while it was ours may be published even later: nobody else captioned that.
    """

    def __init__(self, redis: Redis, session_id: UUID, *, holder: str, now: Callable[[], float]) -> None:
        self._redis = redis
        self._key = lease_key(session_id)
        self._holder = holder
        self._now = now
        self._ours_until = 0.0
        self._over = False
        self._changed = asyncio.Event()

    async def acquire(self) -> bool:
        """Wait for a dead predecessor's lease to run out; False when a living agent keeps renewing it.

        While Redis does not answer nobody can hold the lease, and that time does not count.
        """
        waited = 0.0
        while waited <= _PATIENCE_SECONDS:
            taken = await self._take()
            if taken:
                return True
            waited += 0.0 if taken is None else _RETRY_SECONDS
            await asyncio.sleep(_RETRY_SECONDS)
        return False

    async def hold(self) -> None:
        """Renew the lease; returns when another agent has it."""
        while True:
            taken = await self._take()
            if taken is False:
                self._end()
                return
            await asyncio.sleep(_RENEW_SECONDS if taken else _RETRY_SECONDS)

    async def covers(self, place: float) -> bool:
        """Whether what was said up to a place on the session's clock is ours; waits until that is known."""
        while place > self._ours_until and not self._over:
            self._changed.clear()
            await self._changed.wait()
        return place <= self._ours_until

    async def release(self) -> None:
        """Let the next agent in at once. What was said until now stays ours."""
        if not self._over:
            try:
                async with reachable(seconds=_ANSWER_SECONDS):
                    await self._redis.eval(_RELEASE, 1, self._key, self._holder)
            except Unavailable as failure:
                log.warning("lease.not_released", reason=failure.detail)
        self._ours_until = min(self._ours_until, self._now())
        self._end()

    def _end(self) -> None:
        self._over = True
        self._changed.set()

    async def _take(self) -> bool | None:
        """Take or renew. None when Redis does not say."""
        asked_at = self._now()
        try:
            milliseconds = round(LEASE_SECONDS * 1000)
            async with reachable(seconds=_ANSWER_SECONDS):
                taken = await self._redis.eval(_TAKE, 1, self._key, self._holder, str(milliseconds))
        except Unavailable as failure:
            log.warning("lease.unknown", reason=failure.detail)
            return None
        if taken:
            self._ours_until = asked_at + LEASE_SECONDS
            self._changed.set()
        return bool(taken)

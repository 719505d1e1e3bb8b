"""Counts in Redis, over sliding windows, so that all processes of the API count together."""

import asyncio
import math
import time
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

_PATIENCE_SECONDS = 0.25
_PAUSE_SECONDS = 2.0
"""After a failure nobody waits for Redis for this long."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one request did to its budget."""

    allowed: bool
    budget: str
    most: int
    window_seconds: int
    remaining: int
    reset_seconds: int
    """Until there is more."""

    description: str


class RateLimiter:
    """Budgets by name; one without a limit is not counted. Costs two questions to Redis a request."""

    def __init__(self, redis: Redis, budgets: dict[str, str]) -> None:
        self._budgets: dict[str, RateLimitItem] = {
            name: parse(limit) for name, limit in budgets.items() if limit
        }
        # The address only chooses the kind of client: the connections are those of the client we have.
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="rates",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # typed as numbers and texts alone
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._away_until: float | None = None

    async def spend(self, budget: str, owner: str) -> Spent | None:
        """Take one from a budget; None when nothing is counted."""
        item = self._budgets.get(budget)
        if item is None or (self._away_until and time.monotonic() < self._away_until):
            return None
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                allowed = await self._limiter.hit(item, budget, owner)
                stats = await self._limiter.get_window_stats(item, budget, owner)
        except (RedisError, OSError, TimeoutError) as failure:
            self._pause(failure)
            return None
        if self._away_until:
            log.info("rates.counted_again")
            self._away_until = None
        return Spent(
            allowed=allowed,
            budget=budget,
            most=item.amount,
            window_seconds=item.get_expiry(),
            remaining=stats.remaining,
            reset_seconds=max(1, math.ceil(stats.reset_time - time.time())),
            description=f"{item.amount} in {item.get_expiry()} s",
        )

    def _pause(self, failure: Exception) -> None:
        if self._away_until is None:
            log.warning("rates.not_counted", reason=type(failure).__name__)
        self._away_until = time.monotonic() + _PAUSE_SECONDS

"""Remembers in Redis which keyed requests run and what those that succeeded were answered."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from pydantic import BaseModel, ValidationError
from redis.asyncio import Redis

from shared.clients.redis import reachable
from shared.errors import Unavailable

_KEPT_SECONDS = 24 * 3600
_RUNNING_SECONDS = 120
"""How long a request may run; when its process dies, a repeated one waits this long."""

_RUNNING = "running"


class Kept(BaseModel):
    """An answer, and what it answers."""

    fingerprint: str | None
    """Of the body; None when the route answered without reading all of it."""

    length: int
    """Of the body, in bytes."""

    status: int
    headers: dict[str, str]
    content: str
    """The bytes of the answer, each one as a character."""


@dataclass(frozen=True, slots=True)
class Running:
    """The first of these requests is not answered yet."""


class IdempotencyStore:
    """All methods raise Unavailable while Redis is away: a promise that cannot be kept is not made."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def begin(self, name: str) -> Kept | Running | None:
        """What is known of such a request. None makes this one the first, to be finished or released."""
        async with reachable():
            known = await self._redis.set(name, _RUNNING, nx=True, get=True, ex=_RUNNING_SECONDS)
        if known is None:
            return None
        if known == _RUNNING:
            return Running()
        try:
            return Kept.model_validate_json(str(known))
        except ValidationError as fault:
            raise Unavailable("What was kept of this request cannot be read") from fault

    async def finish(self, name: str, kept: Kept) -> None:
        """Keep the answer for a day."""
        async with reachable():
            await self._redis.set(name, kept.model_dump_json(), ex=_KEPT_SECONDS)

    async def release(self, name: str) -> None:
        """Forget a request that changed nothing."""
        async with reachable():
            await self._redis.delete(name)


def name_of(*, user_id: UUID, path: str, key: str) -> str:
    """Where a request is remembered. Keys are their owner's alone, and mean nothing at another address."""
    digest = sha256(f"{path} {key}".encode()).hexdigest()
    return f"idempotency:{user_id}:{digest}"

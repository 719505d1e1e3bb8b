"""Remembers in Redis which keyed requests run and what those that succeeded were answered."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from pydantic import BaseModel, ValidationError
from redis.asyncio import Redis

from shared.clients.redis import reachable
from shared.errors import Unavailable

_KEPT_SECONDS = 24 * 3600
RUNNING_SECONDS = 120.0
"""How long a mark lasts that is not renewed: when a process dies, a repeated request waits this long."""

_RUNNING = "running:"
_RENEW = """
local known = redis.call('get', KEYS[1])
if known and known ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end"
_FINISH = """
local known = redis.call('get', KEYS[1])
if not known or known == ARGV[1] then redis.call('set', KEYS[1], ARGV[2], 'ex', ARGV[3]) end
"""


class Kept(BaseModel):
    """An answer, and what it answers."""

    fingerprint: str | None
    """Of the body; None when the route answered without reading all of it."""

    length: int
    """Of the body, in bytes that count for the fingerprint."""

    status: int
    headers: dict[str, str]
    content: str
    """The bytes of the answer, each one as a character."""


@dataclass(frozen=True, slots=True)
class Running:
    """The first of these requests is not answered yet."""


class IdempotencyStore:
    """For one request, which marks its name with a token of its own and changes no mark of another.

    All methods raise Unavailable while Redis is away: a promise that cannot be kept is not made.
    """

    def __init__(self, redis: Redis, *, running_seconds: float = RUNNING_SECONDS) -> None:
        self._redis = redis
        self._mark = f"{_RUNNING}{uuid4().hex}"
        self._milliseconds = round(running_seconds * 1000)

    async def begin(self, name: str) -> Kept | Running | None:
        """What is known of such a request. None makes this one the first, to be finished or released."""
        async with reachable():
            known = await self._redis.set(name, self._mark, nx=True, get=True, px=self._milliseconds)
        if known is None:
            return None
        if str(known).startswith(_RUNNING):
            return Running()
        try:
            return Kept.model_validate_json(str(known))
        except ValidationError as fault:
            raise Unavailable("What was kept of this request cannot be read") from fault

    async def renew(self, name: str) -> bool:
        """Say that this request still runs. False when another has begun in its place."""
        async with reachable():
            return bool(await self._redis.eval(_RENEW, 1, name, self._mark, str(self._milliseconds)))

    async def finish(self, name: str, kept: Kept) -> None:
        """Keep the answer for a day, unless another request runs in the place of this one."""
        async with reachable():
            await self._redis.eval(_FINISH, 1, name, self._mark, kept.model_dump_json(), str(_KEPT_SECONDS))

    async def release(self, name: str) -> None:
        """Forget a request that changed nothing."""
        async with reachable():
            await self._redis.eval(_RELEASE, 1, name, self._mark)


def name_of(*, user_id: UUID, path: str, key: str) -> str:
    """Where a request is remembered. Keys are their owner's alone, and mean nothing at another address."""
    digest = sha256(f"{path} {key}".encode()).hexdigest()
    return f"idempotency:{user_id}:{digest}"

"""Keeps the streams small: trims what is stored and old, retires what is finished, forgets dead consumers.

Nothing here can lose a final. Acknowledged entries lie below a position that only ever rises, so trimming
below a position that was read earlier is safe however late it happens; a stream is removed only in a
transaction that fails when anybody has written to it.
"""

import asyncio
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError, WatchError

from api_service.realtime.positions import BEGINNING, Position
from api_service.realtime.replies import session_ids
from api_service.realtime.stream import stored_up_to
from shared.contracts.captions import LIVE_SESSIONS_KEY, SINK_GROUP, stream_key
from shared.observing import QUEUE_DEPTH

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_VISIT_SECONDS = 30.0
_FORGOTTEN_SECONDS = 600.0
"""A sink asks for more every half second; one that did not for this long is dead."""

_FORGET_CONSUMER = """
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local facts = {}
  for i = 1, #consumer, 2 do facts[consumer[i]] = consumer[i + 1] end
  if facts.pending == 0 and facts.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], facts.name)
  end
end
"""
"""One step for the server: removing a consumer would also remove what it has read meanwhile."""


class StreamUpkeep:
    """Visits every live stream. `run` is owned by the lifespan; any number of processes may do the same."""

    def __init__(
        self, redis: Redis, *, kept_seconds: float, forgotten_seconds: float = _FORGOTTEN_SECONDS
    ) -> None:
        self._redis = redis
        self._kept_seconds = kept_seconds
        self._forgotten_seconds = forgotten_seconds
        self._stored: dict[UUID, Position] = {}
        """As of the visit before: a reader looks at the database first and at the stream after it, so what it
        could not yet find in the database has to stay in the stream for some seconds more."""

    async def run(self) -> None:
        """Visit all streams again and again until cancelled."""
        while True:
            try:
                async with asyncio.timeout(_VISIT_SECONDS):
                    await self.visit_all()
            except (RedisError, OSError, TimeoutError) as failure:
                log.warning("upkeep.interrupted", reason=type(failure).__name__)
            await asyncio.sleep(_EVERY_SECONDS)

    async def visit_all(self) -> None:
        """Look after every live stream once."""
        seconds, microseconds = await self._redis.time()
        kept_from = Position.at(seconds + microseconds / 1_000_000 - self._kept_seconds)
        sessions = session_ids(await self._redis.smembers(LIVE_SESSIONS_KEY))
        self._stored = {name: position for name, position in self._stored.items() if name in sessions}
        waiting = 0
        for session_id in sessions:
            if await self._retire(session_id, kept_from):
                continue
            waiting += await self._visit(session_id, kept_from)
        QUEUE_DEPTH.labels("captions").set(waiting)

    async def _visit(self, session_id: UUID, kept_from: Position) -> int:
        """Trim one stream; returns how many of its entries nobody has settled yet."""
        key = stream_key(session_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xlen(key)
            pipe.xinfo_groups(key)
            pipe.xpending(key, SINK_GROUP)
            length, groups, pending = await pipe.execute(raise_on_error=False)
        if isinstance(groups, ResponseError) or isinstance(pending, ResponseError):
            return int(length)  # no sink has begun with it
        before = self._stored.get(session_id, BEGINNING)
        self._stored[session_id] = stored_up_to(groups, pending)
        await self._redis.xtrim(key, minid=str(min(before, kept_from)), approximate=True)
        await self._redis.eval(_FORGET_CONSUMER, 1, key, SINK_GROUP, int(self._forgotten_seconds * 1000))
        unseen = sum(int(group["lag"] or 0) for group in groups if group["name"] == SINK_GROUP)
        return unseen + int(pending["pending"])

    async def _retire(self, session_id: UUID, kept_from: Position) -> bool:
        """Remove a stream in which everything is stored and nothing was written for long."""
        key = stream_key(session_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(key)
            if not await self._is_over(pipe, key, kept_from):
                return False
            pipe.multi()  # type: ignore[no-untyped-call]  # the client leaves it untyped
            pipe.delete(key)
            pipe.srem(LIVE_SESSIONS_KEY, str(session_id))
            try:
                await pipe.execute()
            except WatchError:
                return False  # somebody speaks again
        self._stored.pop(session_id, None)
        log.info("stream.retired", session_id=str(session_id))
        return True

    @staticmethod
    async def _is_over(redis: Redis, key: str, kept_from: Position) -> bool:
        if not await redis.exists(key):
            return True
        newest = Position.parse((await redis.xinfo_stream(key))["last-generated-id"])
        if newest >= kept_from:
            return False
        try:
            pending = await redis.xpending(key, SINK_GROUP)
        except ResponseError:
            return False  # no sink has begun with it
        return stored_up_to(await redis.xinfo_groups(key), pending) >= newest

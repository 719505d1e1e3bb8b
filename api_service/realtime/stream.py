"""One session's stream in Redis: what is in it now, and from which positions it can be followed."""

from uuid import UUID

from pydantic import BaseModel
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from api_service.realtime.events import Entry, read_entries
from api_service.realtime.positions import BEGINNING, Position
from api_service.realtime.replies import raw_entries
from shared.clients.redis import reachable
from shared.contracts.captions import LIVE_SESSIONS_KEY, SINK_GROUP, EventKind, stream_key

_OPEN_SECONDS = 120.0
"""No utterance stays open longer than this, so no older partial is of interest."""

_CLOCK_SECONDS = 60.0
"""How far a position may lie beside what our own reckoning says."""

_PAGE = 1000


class CaptionStreams:
    """Reads the streams of all sessions. Raises Unavailable while Redis cannot be reached."""

    def __init__(self, redis: Redis, *, kept_seconds: float) -> None:
        self._redis = redis
        self._kept_seconds = kept_seconds

    async def settled(self, session_id: UUID) -> tuple[Position, Position]:
        """A position up to which nothing is missing from the database and no utterance is still open.

        And the present: whatever is written from now on has that position or a later one.
        """
        key = stream_key(session_id)
        async with reachable(), self._redis.pipeline(transaction=True) as pipe:
            pipe.time()
            pipe.xinfo_groups(key)
            pipe.xpending(key, SINK_GROUP)
            now, groups, pending = await pipe.execute(raise_on_error=False)
        present, recent = Position.at(_seconds(now)), Position.at(_seconds(now) - _OPEN_SECONDS)
        if isinstance(groups, ResponseError):
            return recent, present  # there is no stream
        return min(recent, stored_up_to(groups, pending)), present

    async def after(self, session_id: UUID, position: Position) -> list[Entry]:
        """Everything that follows a position."""
        entries: list[Entry] = []
        cursor = position
        while True:
            page, more = await self.page(session_id, cursor)
            entries += page
            if more is None:
                return entries
            cursor = more

    async def page(self, session_id: UUID, after: Position) -> tuple[list[Entry], Position | None]:
        """The next entries, and where to go on if there are more."""
        async with reachable():
            raw = raw_entries(await self._redis.xrange(stream_key(session_id), min=f"({after}", count=_PAGE))
        more = Position.parse(raw[-1][0]) if len(raw) == _PAGE else None
        return read_entries(session_id, raw), more

    async def resumable(self, session_id: UUID, position: Position) -> bool:
        """Whether everything that followed this position is still in the stream."""
        async with reachable(), self._redis.pipeline(transaction=True) as pipe:
            pipe.time()
            pipe.xrange(stream_key(session_id), count=1)
            now, first = await pipe.execute()
        seconds = _seconds(now)
        if position.seconds > seconds + _CLOCK_SECONDS:
            return False
        if position.seconds > seconds - self._kept_seconds + _CLOCK_SECONDS:
            return True
        return bool(first) and position >= Position.parse(first[0][0])

    async def last_activity(self, session_id: UUID) -> float | None:
        """When the newest entry was written, in seconds since the epoch."""
        async with reachable():
            newest = raw_entries(await self._redis.xrevrange(stream_key(session_id), count=1))
        return Position.parse(newest[0][0]).seconds if newest else None

    async def newest(self, session_id: UUID) -> Position:
        """The position of the newest entry; the beginning where nothing was ever written."""
        async with reachable():
            newest = raw_entries(await self._redis.xrevrange(stream_key(session_id), count=1))
        return Position.parse(newest[0][0]) if newest else BEGINNING

    async def trim(self, session_id: UUID, up_to: Position) -> None:
        """Remove what was written up to a position, all of which is stored."""
        async with reachable():
            following = Position(up_to.milliseconds, up_to.number + 1)
            await self._redis.xtrim(stream_key(session_id), minid=str(following), approximate=False)

    async def publish(self, session_id: UUID, kind: EventKind, *events: BaseModel) -> None:
        """Add events of our own, all of one kind."""
        async with reachable(), self._redis.pipeline(transaction=True) as pipe:
            pipe.sadd(LIVE_SESSIONS_KEY, str(session_id))
            for event in events:
                pipe.xadd(stream_key(session_id), {"event": kind, "data": event.model_dump_json()})
            await pipe.execute()

    async def is_stored(self, session_id: UUID, position: Position) -> bool:
        """Whether everything up to a position is in the database."""
        key = stream_key(session_id)
        async with reachable(), self._redis.pipeline(transaction=True) as pipe:
            pipe.exists(key)
            pipe.xinfo_groups(key)
            pipe.xpending(key, SINK_GROUP)
            exists, groups, pending = await pipe.execute(raise_on_error=False)
        if not exists:
            return True  # retired: a stream goes when all of it is stored
        return not isinstance(groups, ResponseError) and stored_up_to(groups, pending) >= position

    async def forget(self, session_id: UUID) -> None:
        """Remove the stream with all that was said in it, stored or not."""
        async with reachable(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(stream_key(session_id))
            pipe.srem(LIVE_SESSIONS_KEY, str(session_id))
            await pipe.execute()


def stored_up_to(groups: list[dict[str, object]], pending: object) -> Position:
    """The position up to which the sink has acknowledged everything, from XINFO GROUPS and XPENDING."""
    delivered = [group["last-delivered-id"] for group in groups if group["name"] == SINK_GROUP]
    if not delivered or not isinstance(pending, dict):
        return BEGINNING
    if pending["pending"]:
        return Position.parse(str(pending["min"])).previous
    return Position.parse(str(delivered[0]))


def _seconds(redis_time: tuple[int, int]) -> float:
    return redis_time[0] + redis_time[1] / 1_000_000

"""Looks at rooms and does what they need. It decides by what is there, never by what an event says."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import structlog
from redis.asyncio import Redis

from api_service.database import Database
from api_service.livekit import presence_repository as repository
from api_service.livekit import presence_rules as rules
from api_service.livekit.presence_repository import WatchedSession
from api_service.livekit.presence_rooms import Listed, LiveKitRooms, Occupants
from api_service.realtime.stream import CaptionStreams
from api_service.sessions.lifecycle import LIVE
from shared.clients.redis import reachable
from shared.contracts.captions import SessionChanged
from shared.contracts.rooms import NO_HOLDER, AgentJob, RoomMetadata, lease_key
from shared.errors import ServiceError, Unavailable

log = structlog.get_logger()

ANNOUNCED_KEY = "presence:announced"
"""Sorted set of the sessions that somebody is about to enter, by the time when that was said."""

_ANNOUNCED_SECONDS = 60.0
"""Who does not come within this time has thought better of it."""

_SETTLED_SECONDS = 5.0
"""A room where nothing changes is looked at this often."""

_LOOKS_AT_ONCE = 8
_DATABASE_SECONDS = 1.0

REVOKED_MILLISECONDS = 2000
_REVOKE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
"""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What was seen of a room from afar: enough to tell that it needs no closer look."""

    room: Listed | None
    holder: str | None
    announced_at: datetime | None


@dataclass(slots=True)
class _Watched:
    """A room that was looked at."""

    watch: rules.RoomWatch
    settled: _Sight | None = None
    """How it looked when nothing had to be done."""

    settled_until: float = 0.0
    contradicts: bool = False
    """Whether it said of its recording something else than its session."""


class RoomKeeper:
    """Works for the one process that leads. Raises what stops it altogether: no LiveKit or no Redis."""

    def __init__(
        self, redis: Redis, database: Database, rooms: LiveKitRooms, streams: CaptionStreams
    ) -> None:
        self._redis = redis
        self._database = database
        self._rooms = rooms
        self._streams = streams
        self._sessions: dict[UUID, WatchedSession] = {}
        """As last read, those that are watched or live."""
        self._watched: dict[UUID, _Watched] = {}
        self._looks = asyncio.Semaphore(_LOOKS_AT_ONCE)

    def forget(self) -> None:
        """Another process leads now."""
        self._watched.clear()

    async def sweep(self, woken: set[UUID]) -> int:
        """Look at every room in which something may have to be done. Returns how many there are to watch."""
        rooms = await self._rooms.all()
        announced = await self._announced()
        await self._read_sessions({*rooms, *announced, *self._watched})
        live = {each.id for each in self._sessions.values() if each.status in LIVE}
        known = {*rooms, *announced, *self._watched, *live}
        holders = await self._holders(known)
        sights = {each: _Sight(rooms.get(each), holders.get(each), announced.get(each)) for each in known}
        await self._look(
            {each: sight for each, sight in sights.items() if each in woken or self._is_due(each, sight)}
        )
        return len(known)

    async def look_at(self, sessions: set[UUID]) -> None:
        """Look at a few rooms now."""
        announced = await self._announced()
        await self._read_sessions(sessions)
        holders = await self._holders(sessions)
        await self._look(
            {
                each: _Sight(await self._rooms.find(each), holders.get(each), announced.get(each))
                for each in sessions & self._sessions.keys()
            }
        )

    async def _look(self, sights: dict[UUID, _Sight]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for session_id, sight in sights.items():
                if session_id in self._sessions:
                    tasks.create_task(self._look_into(session_id, sight))

    async def _look_into(self, session_id: UUID, sight: _Sight) -> None:
        """Look at one room closely and do what it needs."""
        watched = self._watched.setdefault(session_id, _Watched(rules.RoomWatch()))
        async with self._looks, _survived(session_id, "look"):
            exists = sight.room is not None
            occupants = await self._rooms.occupants(session_id) if exists else Occupants()
            room = rules.Room(
                exists=exists,
                people=len(occupants.people),
                agents=occupants.agents,
                dispatches=occupants.dispatches,
                holder=sight.holder,
                announced_at=sight.announced_at,
            )
            status = self._sessions[session_id].status
            actions = watched.watch.decide(room, status=status, now=datetime.now(UTC))
            # Before an agent comes: it does what the room says, and everybody can see that.
            is_described = await self._describe(session_id, watched, sight.room)
            for action in actions:
                async with _survived(session_id, type(action).__name__):
                    await self._perform(session_id, action)
            attended = room.holder is not None or not room.people
            watched.settled = sight if attended and is_described and not actions else None
            watched.settled_until = time.monotonic() + _SETTLED_SECONDS
            if not exists and not sight.announced_at and self._sessions[session_id].status not in LIVE:
                del self._watched[session_id]

    async def _perform(self, session_id: UUID, action: rules.Action) -> None:
        log.info("presence.action", session_id=str(session_id), action=type(action).__name__)
        match action:
            case rules.OpenSession(clock_from):
                await self._open(session_id, clock_from)
            case rules.CompleteSession(at):
                await self._complete(session_id, at)
            case rules.SendAgent(clock_from):
                session = self._sessions[session_id]
                started_at = session.started_at or clock_from
                job = AgentJob(
                    session_id=session_id,
                    language=session.language,
                    started_at=started_at,
                    record=session.record,
                )
                await self._rooms.send_agent(job)
            case rules.DeleteDispatch(dispatch_id):
                await self._rooms.delete_dispatch(session_id, dispatch_id)
            case rules.RemoveAgent(identity):
                await self._rooms.remove(session_id, identity)
            case rules.RevokeLease(identity):
                await self._revoke(session_id, identity)

    async def _describe(self, session_id: UUID, watched: _Watched, room: Listed | None) -> bool:
        """Have a room say whether it records, as LiveKit makes rooms that do not. Returns whether it did.

        What it says wrongly, whoever changes the session is about to set right; it is set right here when
        that has not happened by the next look.
        """
        wanted = self._sessions[session_id].record
        if room is None or room.recording == wanted:
            watched.contradicts = False
            return True
        if room.recording is None or watched.contradicts:
            async with _survived(session_id, "describe"):
                await self._rooms.describe(session_id, RoomMetadata(recording=wanted))
        watched.contradicts = True
        return False

    async def _open(self, session_id: UUID, clock_from: datetime) -> None:
        async with asyncio.timeout(_DATABASE_SECONDS), self._database.as_service() as connection:
            started_at = await repository.open_session(connection, session_id, at=clock_from)
        if started_at is not None:
            session = self._sessions[session_id]
            self._sessions[session_id] = replace(session, status="recording", started_at=started_at)
            await self._publish(session_id, "recording", datetime.now(UTC))

    async def _complete(self, session_id: UUID, at: datetime) -> None:
        async with asyncio.timeout(_DATABASE_SECONDS), self._database.as_service() as connection:
            changed = await repository.complete_session(connection, session_id, at=at)
        self._sessions[session_id] = replace(self._sessions[session_id], status="completed")
        if changed:
            await self._publish(session_id, "completed", at)

    async def _revoke(self, session_id: UUID, holder: str) -> None:
        async with reachable():
            await self._redis.eval(_REVOKE, 1, lease_key(session_id), holder, NO_HOLDER, REVOKED_MILLISECONDS)

    async def _publish(self, session_id: UUID, status: str, at: datetime) -> None:
        await self._streams.publish(session_id, "session", SessionChanged(status=status, at=at))

    def _is_due(self, session_id: UUID, sight: _Sight) -> bool:
        watched = self._watched.get(session_id)
        return watched is None or watched.settled != sight or time.monotonic() >= watched.settled_until

    async def _read_sessions(self, ids: Iterable[UUID]) -> None:
        """Keep what was read before when Postgres does not answer: rooms need their agents all the same."""
        try:
            async with asyncio.timeout(_DATABASE_SECONDS), self._database.as_service() as connection:
                found = await repository.watched_sessions(connection, ids)
        except (Unavailable, TimeoutError):
            log.warning("presence.without_database")
            return
        self._sessions = {
            **{each: session for each, session in self._sessions.items() if each in self._watched},
            **{session.id: session for session in found},
        }

    async def _announced(self) -> dict[UUID, datetime]:
        """The sessions that somebody is about to enter, and when that was said."""
        async with reachable(), self._redis.pipeline(transaction=True) as pipe:
            pipe.zremrangebyscore(ANNOUNCED_KEY, "-inf", time.time() - _ANNOUNCED_SECONDS)
            pipe.zrange(ANNOUNCED_KEY, 0, -1, withscores=True)
            _, names = await pipe.execute()
        return {UUID(name): datetime.fromtimestamp(said_at, UTC) for name, said_at in names}

    async def _holders(self, sessions: Iterable[UUID]) -> dict[UUID, str | None]:
        """Who holds the leases of these sessions."""
        asked = list(sessions)
        if not asked:
            return {}
        async with reachable():
            values = await self._redis.mget([lease_key(each) for each in asked])
        held = zip(asked, values, strict=True)
        return {each: str(value) if value and value != NO_HOLDER else None for each, value in held}


@asynccontextmanager
async def _survived(session_id: UUID, what: str) -> AsyncIterator[None]:
    """What fails for one room is tried again with its next look and holds up no other."""
    try:
        yield
    except (ServiceError, TimeoutError) as failure:
        log.warning("presence.failed", session_id=str(session_id), what=what, reason=type(failure).__name__)

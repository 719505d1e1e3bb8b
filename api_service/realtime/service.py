"""Puts together what is stored and what is still on its way, so that nothing is missing and nothing twice."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import anyio
import structlog

from api_service.auth.verifier import Claims
from api_service.livekit.presence_rooms import Person
from api_service.realtime import repository
from api_service.realtime.events import Entry, Segment
from api_service.realtime.feed import FeedEnded, Follower
from api_service.realtime.fold import SpeakerNames, Transcript
from api_service.realtime.positions import Position
from api_service.runtime import Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.sessions.lifecycle import LIVE
from api_service.sessions.repository import Session
from shared.clients.redis import reachable
from shared.contracts.captions import SpeakerRenamed
from shared.contracts.rooms import NO_HOLDER, lease_key

log = structlog.get_logger()

_CHECK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class LiveTranscript:
    """The segments of a session, and the position in its stream that they include."""

    session_id: UUID
    segments: list[Segment]
    last_updated: datetime | None
    position: Position


@dataclass(frozen=True, slots=True)
class Summary:
    """A session at one moment, as far as our own servers know it."""

    session: Session
    stored_segments: int
    last_activity: datetime
    duration_seconds: float
    agent_listens: bool


@dataclass(frozen=True, slots=True)
class LiveStatus(Summary):
    """A session and its room at one moment."""

    people: tuple[Person, ...]


async def read_transcript(runtime: Runtime, claims: Claims, session_id: UUID) -> LiveTranscript:
    """Raises SessionNotFound for sessions the caller may not see, and Unavailable without Redis.

    The order makes it whole: up to `settled` all is in the database, and what comes later is in the stream
    even if it reaches the database meanwhile.
    """
    settled, looked = await runtime.live.streams.settled(session_id)
    async with open_caller(runtime, claims) as caller:
        session = await sessions.find(caller, session_id)
        stored = await repository.stored_segments(caller.connection, session_id)
        names = SpeakerNames(await repository.speaker_names(caller.connection, session_id))
    entries = await runtime.live.streams.after(session_id, settled)
    transcript = Transcript(stored)
    for entry in entries:
        # Who was renamed before the database was read is there with the new name.
        if entry.position >= looked or not isinstance(entry.event, SpeakerRenamed):
            transcript.apply(names.shown(entry.event))
    active = entries[-1].position.seconds if entries else await runtime.live.streams.last_activity(session_id)
    return LiveTranscript(
        session_id=session_id,
        segments=transcript.segments,
        last_updated=datetime.fromtimestamp(active, UTC) if active else session.ended_at,
        position=entries[-1].position if entries else settled,
    )


async def read_summary(runtime: Runtime, claims: Claims, session_id: UUID) -> Summary:
    """Raises SessionNotFound and Unavailable."""
    async with open_caller(runtime, claims) as caller:
        session = await sessions.find(caller, session_id)
        stored = await repository.count_segments(caller.connection, session_id)
    active, listens = await asyncio.gather(
        runtime.live.streams.last_activity(session_id), _agent_listens(runtime, session_id)
    )
    return Summary(
        session=session,
        stored_segments=stored,
        last_activity=datetime.fromtimestamp(active, UTC) if active else session.updated_at,
        duration_seconds=_duration(session, datetime.now(UTC)),
        agent_listens=listens,
    )


async def read_status(runtime: Runtime, claims: Claims, session_id: UUID) -> LiveStatus:
    """Raises SessionNotFound, Unavailable and UpstreamFailed."""
    known = await read_summary(runtime, claims, session_id)
    return LiveStatus(
        session=known.session,
        stored_segments=known.stored_segments,
        last_activity=known.last_activity,
        duration_seconds=known.duration_seconds,
        agent_listens=known.agent_listens,
        people=await runtime.live.rooms.people(session_id),
    )


async def begin_following(
    runtime: Runtime, claims: Claims, session_id: UUID, after: Position | None
) -> LiveTranscript | Position:
    """Where a follower begins: at its own position if nothing after it is lost, else with a new transcript.

    Raises as `read_transcript` does.
    """
    if after is not None and await runtime.live.streams.resumable(session_id, after):
        async with open_caller(runtime, claims) as caller:
            await sessions.find(caller, session_id)
        return after
    return await read_transcript(runtime, claims, session_id)


async def follow(
    runtime: Runtime, session_id: UUID, after: Position, *, until: float, stopping: anyio.Event
) -> AsyncGenerator[Entry, None]:
    """Events as they come, until an instant in seconds since the epoch, until the process stops, or until
    the feed ends."""
    async with runtime.database.as_service() as connection:
        names = SpeakerNames(await repository.speaker_names_for_service(connection, session_id))
    async with runtime.live.feeds.following(session_id, after) as follower:
        leaving = asyncio.create_task(_leave(follower, stopping))
        try:
            while (left := until - time.time()) > 0:
                for entry in await follower.next(within_seconds=min(left, _CHECK_SECONDS)):
                    yield replace(entry, event=names.shown(entry.event))
        except FeedEnded:
            log.info("follower.sent_away", session_id=str(session_id))
        finally:
            leaving.cancel()


async def _leave(follower: Follower, stopping: anyio.Event) -> None:
    await stopping.wait()
    follower.end()


async def _agent_listens(runtime: Runtime, session_id: UUID) -> bool:
    async with reachable():
        return await runtime.redis.get(lease_key(session_id)) not in {None, NO_HOLDER}


def _duration(session: Session, now: datetime) -> float:
    if session.duration_seconds is not None:
        return session.duration_seconds
    if session.started_at is None or session.status not in LIVE:
        return 0.0
    return max(0.0, (now - session.started_at).total_seconds())

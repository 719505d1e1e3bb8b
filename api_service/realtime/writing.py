"""Takes captions and audio of programs, and forgets captions when the owner says so."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import structlog

from api_service.auth.verifier import Claims
from api_service.livekit.service import SessionClosed
from api_service.realtime import repository
from api_service.realtime.posted import PostedAudio, PostedSegment, as_caption, placed_audio
from api_service.recordings.posted import PostedRecordings, posted_identity
from api_service.runtime import Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.sessions.service import SessionNotFound
from api_service.waiting import until
from shared.contracts.captions import Caption
from shared.errors import Conflict, Unavailable

log = structlog.get_logger()


class RecordingOff(Conflict):
    code, title = "recording-off", "This session is not recorded"


_CLOSED = frozenset({"cancelled", "archived"})
_STORING_SECONDS = 5.0


async def post_caption(runtime: Runtime, session_id: UUID, posted: PostedSegment) -> Caption:
    """Give a caption the way that those of agents go: into the stream, to followers, and into the database.

    Raises SessionNotFound, SessionClosed, MissingFields, BadTimestamp, and Unavailable without Redis.
    """
    clock = await ensure_open(runtime, session_id)
    caption = as_caption(posted, session_id, zero=clock.zero, now=datetime.now(UTC))
    await runtime.live.streams.publish(session_id, "caption", caption)
    return caption


async def post_audio(runtime: Runtime, session_id: UUID, posted: PostedAudio) -> tuple[float, float]:
    """Keep audio for the session's recording. Returns where it lies on the session's clock, in seconds.

    Raises SessionNotFound, SessionClosed, RecordingOff, MissingFields, BadTimestamp, AudioTooLong,
    InvalidRequest, and Unavailable without storage or Redis.
    """
    clock = await ensure_open(runtime, session_id)
    audio, start = await asyncio.to_thread(placed_audio, posted, zero=clock.zero, now=datetime.now(UTC))
    async with runtime.database.as_service() as connection:
        if not await repository.take_audio(connection, session_id):
            raise RecordingOff("Its owner has turned recording off")
    identity = posted_identity(posted.participant_identity or posted.speaker or "")
    recordings = PostedRecordings(runtime.audio.storage, runtime.redis)
    if posted.start_time is None:
        start = await recordings.adjoining(session_id, identity, start=start, seconds=audio.seconds)
    await recordings.keep(session_id, identity, audio, start=start, is_late=clock.status == "completed")
    return start, start + audio.seconds


async def ensure_open(runtime: Runtime, session_id: UUID) -> repository.SessionClock:
    """The clock of a session that takes what is posted. Raises SessionNotFound and SessionClosed."""
    async with runtime.database.as_service() as connection:
        clock = await repository.find_clock(connection, session_id)
    if clock is None:
        raise SessionNotFound
    if clock.status in _CLOSED:
        raise SessionClosed(f"It is {clock.status}")
    return clock


async def clear(runtime: Runtime, claims: Claims, session_id: UUID) -> None:
    """Forget what was captioned in the caller's own session; what is said from now on is kept as ever.

    What still waits for the sink would come back after the deletion, so that is stored first. What the sink
    has stored since may have been deleted too, so that is stored again, which changes nothing that is there.
    Raises SessionNotFound, NotOwner and Unavailable.
    """
    async with open_caller(runtime, claims) as caller:
        await sessions.owned(caller, session_id)
    streams = runtime.live.streams
    cleared_to = await streams.newest(session_id)
    if not await until(lambda: streams.is_stored(session_id, cleared_to), within_seconds=_STORING_SECONDS):
        raise Unavailable("Captions of this session are still being stored")
    async with open_caller(runtime, claims) as caller:
        if not await repository.clear_live(caller.connection, session_id):
            raise SessionNotFound
    later = await streams.after(session_id, cleared_to)
    finals = [each.event for each in later if isinstance(each.event, Caption) and each.event.final]
    if finals:
        async with runtime.database.as_service() as connection:
            await repository.store_captions(connection, finals)
    await streams.trim(session_id, cleared_to)
    log.info("transcript.cleared", session_id=str(session_id))

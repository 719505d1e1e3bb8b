"""`/api/v1/realtime`, the other direction: what agents write, what owners clear, and how the cache is."""

from fastapi import APIRouter

from api_service.auth.service_token import ServiceCaller, ServiceTokenUnset
from api_service.bodies import JsonBody
from api_service.livekit.service import SessionClosed
from api_service.realtime import cache, writing
from api_service.realtime.posted import BadTimestamp, MissingFields, PostedAudio, PostedSegment
from api_service.realtime.writing import RecordingOff
from api_service.realtime.writing_schemas import AudioStored, CacheStats, SegmentStored, TranscriptCleared
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime
from api_service.sessions.service import NotOwner, SessionId, SessionNotFound
from shared.decoding import AudioTooLong
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented

router = APIRouter(
    prefix="/api/v1/realtime", tags=["realtime"], responses=documented(Unauthenticated, Unavailable)
)
_WRITING = documented(ServiceTokenUnset, SessionNotFound, SessionClosed, MissingFields, UnsupportedMedia)


@router.post(
    "/sessions/{session_id}/transcription",
    dependencies=[JsonBody],
    responses=_WRITING | documented(BadTimestamp),
)
async def post_transcription(
    _: ServiceCaller, session_id: SessionId, posted: PostedSegment, runtime: CurrentRuntime
) -> SegmentStored:
    """For agents: a caption from elsewhere, which then is one like any other."""
    caption = await writing.post_caption(runtime, session_id, posted)
    return SegmentStored(
        session_id=session_id,
        segment_id=caption.segment_id,
        revision=caption.revision,
        start_time=caption.start,
        end_time=caption.end,
    )


@router.post(
    "/sessions/{session_id}/audio",
    dependencies=[JsonBody],
    responses=_WRITING | documented(BadTimestamp, AudioTooLong, RecordingOff),
)
async def post_audio(
    _: ServiceCaller, session_id: SessionId, posted: PostedAudio, runtime: CurrentRuntime
) -> AudioStored:
    """For agents that do not publish it in the room: some seconds of one voice, for the recording."""
    start, end = await writing.post_audio(runtime, session_id, posted)
    return AudioStored(session_id=session_id, start_time=start, end_time=end)


@router.delete("/sessions/{session_id}/transcription", responses=documented(SessionNotFound, NotOwner))
async def clear_transcription(
    session_id: SessionId, runtime: CurrentRuntime, claims: CurrentClaims
) -> TranscriptCleared:
    """Forget for good what was captioned in one's own session; what is said later is kept.

    Who follows at this moment sees it when following anew.
    """
    await writing.clear(runtime, claims, session_id)
    return TranscriptCleared(session_id=session_id)


@router.get("/cache/stats")
async def read_cache_stats(runtime: CurrentRuntime, _: CurrentCaller) -> CacheStats:
    """How Redis is, which carries what is live."""
    return await cache.read_stats(runtime.redis)

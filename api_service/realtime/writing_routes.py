"""`/api/v1/realtime`, the other direction: what agents write, what owners clear, and how the cache is."""

from fastapi import APIRouter, Response

from api_service.auth.service_token import ServiceCaller, ServiceTokenUnset
from api_service.bodies import JsonBody
from api_service.livekit.service import SessionClosed
from api_service.realtime import cache, writing
from api_service.realtime.posted import BadTimestamp, MissingFields, PostedSegment
from api_service.realtime.writing_schemas import (
    CacheStats,
    PostedAudio,
    SegmentStored,
    TranscriptCleared,
)
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime
from api_service.sessions.service import NotOwner, SessionId, SessionNotFound
from shared.errors import ServiceError, Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented

router = APIRouter(
    prefix="/api/v1/realtime", tags=["realtime"], responses=documented(Unauthenticated, Unavailable)
)
_WRITING = documented(ServiceTokenUnset, SessionNotFound, SessionClosed, MissingFields, UnsupportedMedia)


class RecordingUnavailable(ServiceError):
    status, code, title = 501, "recording-unavailable", "Audio is not taken over HTTP"


@router.post(
    "/sessions/{session_id}/transcription",
    dependencies=[JsonBody],
    responses=_WRITING | documented(MissingFields, BadTimestamp),
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
    responses=_WRITING | documented(RecordingUnavailable),
    response_class=Response,
    status_code=501,
)
async def post_audio(
    _: ServiceCaller, session_id: SessionId, posted: PostedAudio, runtime: CurrentRuntime
) -> None:
    """For agents, as older ones know it. Nothing keeps audio that comes this way, so it is refused."""
    await writing.ensure_open(runtime, session_id)
    if posted.audio_data is None or posted.sample_rate is None:
        raise MissingFields("Missing required fields in segment data")
    raise RecordingUnavailable("Publish the audio as a track of the session's room")


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

"""`/api/v2/sessions`: ending a session and asking how it stands."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api_service.audio.service import AudioFileNotFound
from api_service.jobs.repository import TooManyTasks
from api_service.realtime.service import read_summary
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime
from api_service.sessions import ending, lifecycle, retranscribing
from api_service.sessions.retranscribing import NoRecording
from api_service.sessions.retranscribing_schemas import RetranscriptionBegun, RetranscriptionOptions
from api_service.sessions.schemas import LiveState, SessionFinalized, SessionStatus, StatusData
from api_service.sessions.service import NotOwner, SessionId, SessionNotFound
from api_service.transcribing.channels import TooManyChannels
from shared.errors import Unauthenticated, Unavailable, UpstreamFailed
from shared.problems import documented

router = APIRouter(
    prefix="/api/v2/sessions",
    tags=["sessions"],
    responses=documented(Unauthenticated, SessionNotFound, Unavailable),
)


@router.post("/{session_id}/finalize", responses=documented(Unavailable, UpstreamFailed))
async def finalize_session(
    session_id: SessionId, runtime: CurrentRuntime, claims: CurrentClaims
) -> SessionFinalized:
    """Complete a session when nobody is left in its room, with everything stored that was said.

    While people are in the room the session goes on, and `result.finalized` is false: it completes by itself
    when they have left. It may be asked for at any time and any number of times, by every member.
    """
    done = await ending.finalize(runtime, claims, session_id)
    return SessionFinalized.of(done.task_id, done.result, status=done.task_status, audio_path=done.audio_path)


@router.get("/{session_id}/status")
async def session_status(
    session_id: SessionId, runtime: CurrentRuntime, claims: CurrentClaims
) -> SessionStatus:
    """How a session stands, without asking who is in its room."""
    known = await read_summary(runtime, claims, session_id)
    session = known.session
    data = StatusData(
        id=session.id,
        title=session.title,
        status=session.status,
        language=session.language,
        created_at=session.created_at,
        updated_at=session.updated_at,
        started_at=session.started_at,
        ended_at=session.ended_at,
        duration_seconds=known.duration_seconds,
        redis_transcription_segments=known.stored_segments,
        redis_state=LiveState(
            status=session.status,
            recording=session.status == "recording",
            agent="listening" if known.agent_listens else "absent",
            last_activity=known.last_activity,
        ),
        is_finalized=session.status in lifecycle.OVER,
    )
    return SessionStatus(timestamp=datetime.now(UTC), data=data)


@router.post(
    "/{session_id}/retranscribe",
    status_code=202,
    responses=documented(NotOwner, NoRecording, TooManyChannels, AudioFileNotFound, TooManyTasks),
)
async def retranscribe_session(
    session_id: SessionId,
    caller: CurrentCaller,
    response: Response,
    asked: Annotated[RetranscriptionOptions, Query()],
) -> RetranscriptionBegun:
    """Transcribe a recording of a session of one's own once more: a version beside those that are there."""
    begun = RetranscriptionBegun.of(session_id, await retranscribing.retranscribe(caller, session_id, asked))
    response.headers["location"] = begun.poll_url
    return begun

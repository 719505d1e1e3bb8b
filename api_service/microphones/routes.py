"""`/api/v2/sessions/{session_id}/microphones`."""

from fastapi import APIRouter

from api_service.bodies import JsonBody
from api_service.jobs.repository import TooManyTasks
from api_service.microphones import service
from api_service.microphones.schemas import (
    MicrophoneChange,
    MicrophoneChanged,
    MicrophoneResponse,
    MicrophonesResponse,
)
from api_service.microphones.service import MemberNotFound, NotYourMicrophone
from api_service.runtime import CurrentCaller
from api_service.sessions.service import SessionId, SessionNotFound
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented

router = APIRouter(
    prefix="/api/v2/sessions/{session_id}/microphones",
    tags=["speakers"],
    responses=documented(Unauthenticated, SessionNotFound, Unavailable),
)


@router.get("")
async def list_microphones(session_id: SessionId, caller: CurrentCaller) -> MicrophonesResponse:
    """The microphones of the session's members, and which of them several people share."""
    microphones = await service.in_session(caller, session_id)
    return MicrophonesResponse(
        session_id=session_id, microphones=[MicrophoneResponse.of(each) for each in microphones]
    )


@router.put(
    "/{participant}",
    dependencies=[JsonBody],
    responses=documented(MemberNotFound, NotYourMicrophone, UnsupportedMedia, TooManyTasks),
)
async def mark_microphone(
    session_id: SessionId, participant: str, change: MicrophoneChange, caller: CurrentCaller
) -> MicrophoneChanged:
    """Say whether several people share a member's microphone, by identity in the room or id of the account.

    After the meeting they are told apart as `Room A - Speaker 2`; a recorded meeting that is over is heard
    again at once.
    """
    marked = await service.mark(caller, session_id, participant, shared=change.shared)
    return MicrophoneChanged(
        **MicrophoneResponse.of(marked.microphone).model_dump(),
        task_id=marked.job_id,
        poll_url=f"/api/v2/tasks/{marked.job_id}" if marked.job_id else None,
    )

"""`/api/v1/sessions/{session_id}/speakers` and `/rename-speaker`."""

from fastapi import APIRouter

from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime
from api_service.sessions.service import SessionId, SessionNotFound
from api_service.speakers import service
from api_service.speakers.schemas import RenameResponse, SpeakerRename, SpeakerResponse, SpeakersResponse
from api_service.speakers.service import SpeakerNotFound
from api_service.transcripts.service import NotYoursToChange
from shared.errors import Unauthenticated, UnsupportedMedia
from shared.problems import documented

router = APIRouter(
    prefix="/api/v1/sessions/{session_id}",
    tags=["speakers"],
    responses=documented(Unauthenticated, SessionNotFound),
)


@router.get("/speakers")
async def list_speakers(session_id: SessionId, caller: CurrentCaller) -> SpeakersResponse:
    """Who speaks in the current transcript, and how much."""
    speakers = await service.in_session(caller, session_id)
    return SpeakersResponse(session_id=session_id, speakers=[SpeakerResponse.of(each) for each in speakers])


@router.post(
    "/rename-speaker",
    dependencies=[JsonBody],
    responses=documented(NotYoursToChange, SpeakerNotFound, UnsupportedMedia),
)
async def rename_speaker(
    session_id: SessionId, names: SpeakerRename, runtime: CurrentRuntime, claims: CurrentClaims
) -> RenameResponse:
    """Give a speaker another name everywhere in the session, captions yet to come included."""
    updated = await service.rename(
        runtime,
        claims,
        session_id,
        old=names.old_speaker,
        new=names.new_speaker,
        spoken_as=names.spoken_as,
    )
    return RenameResponse(
        success=True, message="Speaker renamed successfully", session_id=session_id, updated_count=updated
    )

"""`/api/v1/transcriptions`: transcripts as wholes, which clients bring along, read and replace."""

from typing import Annotated

from fastapi import APIRouter, Query

from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime
from api_service.sessions.service import SessionNotFound, session_named
from api_service.transcriptions import service
from api_service.transcriptions.incoming import lines
from api_service.transcriptions.schemas import TranscriptionCreate, TranscriptionResponse, TranscriptionUpdate
from api_service.transcriptions.service import EmptyTranscript
from api_service.transcripts.service import NotYoursToChange, TranscriptionId, TranscriptNotFound
from shared.errors import Unauthenticated, UnsupportedMedia
from shared.problems import documented

router = APIRouter(
    prefix="/api/v1/transcriptions", tags=["transcripts"], responses=documented(Unauthenticated)
)

_CREATE_FAILURES = documented(EmptyTranscript, NotYoursToChange, SessionNotFound, UnsupportedMedia)
_LIST_FAILURES = documented(SessionNotFound)


@router.post("", dependencies=[JsonBody], responses=_CREATE_FAILURES)
@router.post("/", dependencies=[JsonBody], include_in_schema=False)
async def create_transcription(new: TranscriptionCreate, caller: CurrentCaller) -> TranscriptionResponse:
    """Bring a transcript along: a new version, which becomes the current one of one's own session."""
    incoming = [each.incoming(confidence=new.confidence_score) for each in new.segments]
    version, segments = await service.create(
        caller,
        session_named(new.session_id),
        language=new.language,
        stt_model=new.stt_model,
        incoming=incoming or lines(new.content),
    )
    return TranscriptionResponse.of(version, segments)


@router.get("", responses=_LIST_FAILURES)
@router.get("/", include_in_schema=False)
async def list_transcriptions(
    caller: CurrentCaller,
    session_id: Annotated[str, Query(max_length=100, description="A session's id or the name of its room")],
) -> list[TranscriptionResponse]:
    """All versions of a session's transcript, newest first."""
    versions = await service.in_session(caller, session_named(session_id))
    return [TranscriptionResponse.of(each, None) for each in versions]


@router.get("/{transcription_id}", responses=documented(TranscriptNotFound))
async def read_transcription(
    transcription_id: TranscriptionId, caller: CurrentCaller
) -> TranscriptionResponse:
    """One version with all its segments."""
    return TranscriptionResponse.of(*await service.find(caller, transcription_id))


@router.put(
    "/{transcription_id}",
    dependencies=[JsonBody],
    responses=documented(EmptyTranscript, NotYoursToChange, TranscriptNotFound, UnsupportedMedia),
)
async def replace_transcription(
    transcription_id: TranscriptionId,
    wanted: TranscriptionUpdate,
    runtime: CurrentRuntime,
    claims: CurrentClaims,
) -> TranscriptionResponse:
    """Change a version as a whole. Segments that stay keep their ids; what differs gets a revision."""
    incoming = [each.incoming(confidence=None) for each in wanted.segments or []]
    whole = await service.replace(runtime, claims, transcription_id, incoming or lines(wanted.content or ""))
    return TranscriptionResponse.of(*whole)

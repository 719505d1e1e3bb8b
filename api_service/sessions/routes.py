"""`/api/v1/sessions`.

The collection is served with and without a closing slash: a redirect would lose the Authorization header.
"""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response

from api_service.audio.service import AudioFileNotFound
from api_service.bodies import JsonBody
from api_service.jobs.repository import TooManyTasks
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime
from api_service.sessions import changing, ending, retranscribing, service
from api_service.sessions.changing import SessionInProgress
from api_service.sessions.lifecycle import InvalidStatus, StatusNotAllowed
from api_service.sessions.queries import PAGE_HEADERS, SessionQuery, describe_page
from api_service.sessions.retranscribing import NoRecording
from api_service.sessions.retranscribing_schemas import RetranscriptionBegun, RetranscriptionOptions
from api_service.sessions.schemas import (
    Message,
    SessionCreate,
    SessionFinalized,
    SessionJoin,
    SessionResponse,
    SessionUpdate,
    TemplateChoice,
)
from api_service.sessions.service import InviteNotFound, NotOwner, SessionId, SessionNotFound
from api_service.templates.service import TemplateNotFound
from api_service.transcribing.channels import TooManyChannels
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia, UpstreamFailed
from shared.problems import documented

router = APIRouter(
    prefix="/api/v1/sessions", tags=["sessions"], responses=documented(Unauthenticated, Unavailable)
)

_CHANGES = documented(
    InvalidStatus,
    NotOwner,
    SessionNotFound,
    StatusNotAllowed,
    SessionInProgress,
    UnsupportedMedia,
    Unavailable,
    UpstreamFailed,
)


@router.post("", dependencies=[JsonBody], responses=documented(UnsupportedMedia))
@router.post("/", dependencies=[JsonBody], include_in_schema=False)
async def create_session(new: SessionCreate, caller: CurrentCaller) -> SessionResponse:
    """A new session of one's own."""
    session = await service.create(
        caller, title=new.title, language=new.language, stt_model=new.stt_model, record=new.record
    )
    return SessionResponse.of(session)


@router.get("", responses={200: {"headers": PAGE_HEADERS}})
@router.get("/", include_in_schema=False)
async def list_sessions(
    asked: Annotated[SessionQuery, Query()], request: Request, response: Response, caller: CurrentCaller
) -> list[SessionResponse]:
    """The sessions one is a member of, newest first unless asked otherwise."""
    page = await service.listed(
        caller, asked.wanted, asked.sorting, after=asked.after, limit=asked.limit, offset=asked.offset
    )
    total = await service.count(caller, asked.wanted) if asked.count else None
    describe_page(request, response, page, asked.sorting, total=total)
    return [SessionResponse.of(each) for each in page.sessions]


@router.post("/join", dependencies=[JsonBody], responses=documented(InviteNotFound, UnsupportedMedia))
async def join_session(invitation: SessionJoin, caller: CurrentCaller) -> SessionResponse:
    """Become a participant of somebody's session. Doing it again changes nothing."""
    return SessionResponse.of(await service.join(caller, invitation.invite_code))


@router.get("/{session_id}", responses=documented(SessionNotFound))
async def read_session(session_id: SessionId, caller: CurrentCaller) -> SessionResponse:
    """One session, by its id or the name of its room."""
    return SessionResponse.of(await service.find(caller, session_id))


@router.put("/{session_id}", dependencies=[JsonBody], responses=_CHANGES)
@router.patch("/{session_id}", dependencies=[JsonBody], responses=_CHANGES)
async def update_session(
    session_id: SessionId,
    update: SessionUpdate,
    runtime: CurrentRuntime,
    claims: CurrentClaims,
    after: BackgroundTasks,
) -> SessionResponse:
    """Change what is given of a session of one's own, and leave the rest.

    A session that records can be paused, which sends its agent away, and made to record again. It can be
    completed, cancelled or archived unless others are in its room.
    """
    session, was = await changing.update(runtime, claims, session_id, update.changes, status=update.status)
    if session.status != was:
        after.add_task(changing.tell, runtime, session_id, session.status)
    return SessionResponse.of(session)


@router.delete("/{session_id}", responses=documented(NotOwner, SessionNotFound, Unavailable, UpstreamFailed))
async def delete_session(
    session_id: SessionId, runtime: CurrentRuntime, claims: CurrentClaims, after: BackgroundTasks
) -> Message:
    """Delete a session of one's own with its transcript, and end it for everybody in its room."""
    await changing.delete(runtime, claims, session_id)
    after.add_task(changing.forget, runtime, session_id)
    return Message(message="Session deleted successfully")


@router.put(
    "/{session_id}/template",
    dependencies=[JsonBody],
    responses=documented(NotOwner, SessionNotFound, TemplateNotFound, UnsupportedMedia),
)
async def choose_template(
    session_id: SessionId, choice: TemplateChoice, caller: CurrentCaller
) -> SessionResponse:
    """Say which template the minutes of a session of one's own follow."""
    return SessionResponse.of(await changing.choose_template(caller, session_id, choice.template_id))


@router.post("/{session_id}/finalize", responses=documented(SessionNotFound, Unavailable, UpstreamFailed))
async def finalize_session(
    session_id: SessionId, runtime: CurrentRuntime, claims: CurrentClaims
) -> SessionFinalized:
    """As `POST /api/v2/sessions/{session_id}/finalize`, but `status` is that of the session."""
    done = await ending.finalize(runtime, claims, session_id)
    return SessionFinalized.of(
        done.task_id, done.result, status=done.result.session_status, audio_path=done.audio_path
    )


@router.post(
    "/{session_id}/retranscribe",
    status_code=202,
    responses=documented(
        NotOwner, SessionNotFound, NoRecording, TooManyChannels, AudioFileNotFound, TooManyTasks
    ),
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

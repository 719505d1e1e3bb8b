"""`/api/v1/sessions`.

The collection is served with and without a closing slash: a redirect would lose the Authorization header.
"""

from typing import Annotated

from fastapi import APIRouter, Query

from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller
from api_service.sessions import service
from api_service.sessions.schemas import SessionCreate, SessionJoin, SessionResponse
from api_service.sessions.service import InviteNotFound, SessionId, SessionNotFound
from shared.errors import Unauthenticated, UnsupportedMedia
from shared.problems import documented

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"], responses=documented(Unauthenticated))


@router.post("", dependencies=[JsonBody], responses=documented(UnsupportedMedia))
@router.post("/", dependencies=[JsonBody], include_in_schema=False)
async def create_session(new: SessionCreate, caller: CurrentCaller) -> SessionResponse:
    """A new session of one's own."""
    session = await service.create(caller, title=new.title, language=new.language, stt_model=new.stt_model)
    return SessionResponse.of(session)


@router.get("")
@router.get("/", include_in_schema=False)
async def list_sessions(
    caller: CurrentCaller,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[SessionResponse]:
    """The sessions one is a member of, newest first."""
    return [SessionResponse.of(each) for each in await service.newest(caller, limit=limit, offset=offset)]


@router.post("/join", dependencies=[JsonBody], responses=documented(InviteNotFound, UnsupportedMedia))
async def join_session(invitation: SessionJoin, caller: CurrentCaller) -> SessionResponse:
    """Become a participant of somebody's session. Doing it again changes nothing."""
    return SessionResponse.of(await service.join(caller, invitation.invite_code))


@router.get("/{session_id}", responses=documented(SessionNotFound))
async def read_session(session_id: SessionId, caller: CurrentCaller) -> SessionResponse:
    """One session, by its id or the name of its room."""
    return SessionResponse.of(await service.find(caller, session_id))

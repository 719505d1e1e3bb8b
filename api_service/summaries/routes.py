"""Summaries under `/api/v1/sessions` and `/api/v2/sessions`, and the addresses at which clients save them."""

from typing import Annotated

from fastapi import APIRouter, Query

from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller
from api_service.sessions import service as sessions
from api_service.sessions.service import NotOwner, SessionId, SessionNotFound
from api_service.summaries import service
from api_service.summaries.schemas import (
    SummaryChange,
    SummaryDeleted,
    SummaryResponse,
    SummarySave,
    SummarySaveAnywhere,
)
from api_service.summaries.service import (
    OtherSession,
    SummaryId,
    SummaryNotFound,
    TranscriptionNotFound,
)
from api_service.templates.service import TemplateNotFound
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented

router = APIRouter(tags=["summaries"], responses=documented(Unauthenticated, Unavailable))
_OF_SESSION = APIRouter()
_SAVING = documented(
    SessionNotFound, TranscriptionNotFound, TemplateNotFound, NotOwner, OtherSession, UnsupportedMedia
)
_CHANGING = documented(
    SessionNotFound, SummaryNotFound, TranscriptionNotFound, NotOwner, OtherSession, UnsupportedMedia
)


@router.post("/api/v2/sessions/{session_id}/save-ai-summary", dependencies=[JsonBody], responses=_SAVING)
async def save_summary(session_id: SessionId, new: SummarySave, caller: CurrentCaller) -> SummaryResponse:
    """Keep a summary of one's own session that was made elsewhere."""
    return SummaryResponse.of(await service.save(caller, session_id, new))


@router.post("/api/v1/save_ai_summaries", dependencies=[JsonBody], responses=_SAVING)
async def save_summary_anywhere(new: SummarySaveAnywhere, caller: CurrentCaller) -> SummaryResponse:
    """The same, with the session in the body."""
    session_id = sessions.session_named(new.session_id)
    return SummaryResponse.of(await service.save(caller, session_id, new))


@_OF_SESSION.get("", responses=documented(SessionNotFound))
@_OF_SESSION.get("/", include_in_schema=False)
async def list_summaries(
    session_id: SessionId,
    caller: CurrentCaller,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[SummaryResponse]:
    """The summaries of a session one is a member of, newest first."""
    found = await service.newest(caller, session_id, limit=limit, offset=offset)
    return [SummaryResponse.of(each) for each in found]


@_OF_SESSION.get("/{summary_id}", responses=documented(SessionNotFound, SummaryNotFound))
async def read_summary(
    session_id: SessionId, summary_id: SummaryId, caller: CurrentCaller
) -> SummaryResponse:
    """One summary."""
    return SummaryResponse.of(await service.read(caller, session_id, summary_id))


@_OF_SESSION.put("/{summary_id}", dependencies=[JsonBody], responses=_CHANGING)
@_OF_SESSION.patch("/{summary_id}", dependencies=[JsonBody], responses=_CHANGING)
async def change_summary(
    session_id: SessionId, summary_id: SummaryId, asked: SummaryChange, caller: CurrentCaller
) -> SummaryResponse:
    """Change or rate a summary of one's own session; what is left out stays."""
    return SummaryResponse.of(await service.change(caller, session_id, summary_id, asked))


@_OF_SESSION.delete("/{summary_id}", responses=documented(SessionNotFound, SummaryNotFound, NotOwner))
async def delete_summary(
    session_id: SessionId, summary_id: SummaryId, caller: CurrentCaller
) -> SummaryDeleted:
    """Remove a summary of one's own session."""
    await service.delete(caller, session_id, summary_id)
    return SummaryDeleted(summary_id=summary_id)


for _version in ("v1", "v2"):
    router.include_router(_OF_SESSION, prefix=f"/api/{_version}/sessions/{{session_id}}/ai-summaries")

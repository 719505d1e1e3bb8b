"""Summaries and titles while a client waits, at the addresses that clients of all ages know."""

from fastapi import APIRouter

from api_service.bodies import JsonBody
from api_service.llm.bill import OverBudget
from api_service.llm.port import AnswerUnusable, ModelNotConfigured, ModelRefused, ModelUnavailable
from api_service.minutes import service
from api_service.minutes.desk import MinutesTakeLonger
from api_service.minutes.making import NothingSaid
from api_service.minutes.schemas import (
    MinutesResponse,
    SessionSummaryRequest,
    SummaryRequest,
    TitleRequest,
    TitleResponse,
)
from api_service.minutes.writing.writer import WishesTooLong
from api_service.runtime import CurrentClaims, CurrentRuntime
from api_service.sessions.service import SessionId, SessionNotFound
from api_service.templates.service import TemplateNotFound
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia
from shared.inference import EngineBusy
from shared.problems import documented

router = APIRouter(
    tags=["summaries"],
    dependencies=[JsonBody],
    responses=documented(
        Unauthenticated,
        UnsupportedMedia,
        Unavailable,
        EngineBusy,
        MinutesTakeLonger,
        ModelUnavailable,
        ModelNotConfigured,
        ModelRefused,
        AnswerUnusable,
        OverBudget,
    ),
)


@router.post("/api/v1/summarize", responses=documented(TemplateNotFound, WishesTooLong))
async def summarize(runtime: CurrentRuntime, claims: CurrentClaims, asked: SummaryRequest) -> MinutesResponse:
    """The minutes of a text; every line names where it was said."""
    return await service.of_text_given(runtime, claims, asked.transcription_text, asked)


@router.post("/api/v1/generate-title")
async def generate_title(
    runtime: CurrentRuntime, claims: CurrentClaims, asked: TitleRequest
) -> TitleResponse:
    """A title for a text."""
    return await service.title(runtime, claims, asked)


@router.post(
    "/api/v2/sessions/{session_id}/summarize",
    responses=documented(SessionNotFound, TemplateNotFound, NothingSaid, WishesTooLong),
)
async def summarize_session(
    runtime: CurrentRuntime, claims: CurrentClaims, session_id: SessionId, asked: SessionSummaryRequest
) -> MinutesResponse:
    """The minutes of a session's transcript, whose segments they name, or of the text that is given."""
    if asked.transcription_text is None:
        return await service.of_session(runtime, claims, session_id, asked)
    return await service.of_text_given(
        runtime, claims, asked.transcription_text, asked, session_id=session_id
    )


@router.post("/api/v2/sessions/{session_id}/generate-title", responses=documented(SessionNotFound))
async def title_session(
    runtime: CurrentRuntime, claims: CurrentClaims, session_id: SessionId, asked: TitleRequest
) -> TitleResponse:
    """A title for a session; it is not changed by it."""
    return await service.title(runtime, claims, asked, session_id=session_id)

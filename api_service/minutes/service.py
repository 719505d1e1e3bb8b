"""Minutes for clients that wait for them. No transaction is held meanwhile."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from api_service.auth.verifier import Claims
from api_service.minutes.making import NothingSaid, Wishes
from api_service.minutes.naming import named, present_in
from api_service.minutes.notices import notice_for
from api_service.minutes.schemas import Metadata, MinutesResponse, SummaryAsked, TitleRequest, TitleResponse
from api_service.minutes.texts import texts_of
from api_service.minutes.transcript import Said, of_text
from api_service.minutes.wishes import wishes
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.templates import service as templates
from api_service.transcripts import repository as transcripts
from api_service.users import settings_repository as preferences


async def of_text_given(
    runtime: Runtime, claims: Claims, text: str, asked: SummaryAsked, *, session_id: UUID | None = None
) -> MinutesResponse:
    """Raises TemplateNotFound, what the desk raises, and SessionNotFound for a session not the caller's."""
    async with open_caller(runtime, claims) as caller:
        if session_id is not None:
            await sessions.find(caller, session_id)
        order = await _order(caller, asked, met_at=datetime.now(UTC))
    return await _minutes(runtime, await asyncio.to_thread(of_text, text), order)


async def of_session(
    runtime: Runtime, claims: Claims, session_id: UUID, asked: SummaryAsked
) -> MinutesResponse:
    """Of its current transcript. Raises SessionNotFound, NothingSaid, TemplateNotFound and as the desk."""
    async with open_caller(runtime, claims) as caller:
        session = await sessions.find(caller, session_id)
        order = await _order(caller, asked, met_at=session.started_at or session.created_at)
        said, language = await _transcript(caller, session_id)
    given = session.title if session.title_by == "person" else None
    return await _minutes(runtime, said, replace(order, title=given, language=language or session.language))


async def title(
    runtime: Runtime, claims: Claims, asked: TitleRequest, *, session_id: UUID | None = None
) -> TitleResponse:
    """Raises as the desk, and SessionNotFound for a session that is not the caller's."""
    began = time.monotonic()
    async with open_caller(runtime, claims) as caller:
        if session_id is not None:
            await sessions.find(caller, session_id)
    said = await asyncio.to_thread(of_text, asked.transcription_text)
    made = await runtime.minutes.entitle(said, Wishes(), summary=asked.summary_text or "")
    milliseconds = round((time.monotonic() - began) * 1000)
    return TitleResponse(
        title=made.title,
        model_used=made.model,
        token_usage=made.cost.token_usage,
        cost_cents=made.cost.cents,
        processing_time_ms=milliseconds,
        metadata=Metadata(
            model_used=made.model,
            total_processing_time=milliseconds,
            transcription_length=sum(len(each.text) for each in said),
            timestamp=datetime.now(UTC),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Order:
    """What minutes are to be like, apart from what was said."""

    wishes: Wishes
    template: str | None
    met_at: datetime
    title: str | None = None
    """What a person has called the meeting."""

    language: str | None = None
    """Of what was said."""


async def _order(caller: Caller, asked: SummaryAsked, *, met_at: datetime) -> _Order:
    choices = await preferences.find_choices(caller.connection, caller.user.id)
    template = None
    if asked.template_id is not None:
        template = (await templates.find(caller, asked.template_id)).template_content
    style = asked.style or choices.summary_style
    return _Order(wishes(asked.language, style, asked.instructions), template, met_at)


async def _transcript(caller: Caller, session_id: UUID) -> tuple[list[Said], str | None]:
    """What was said, and in which language if that is known."""
    current = await transcripts.current(caller.connection, session_id, user_id=caller.user.id)
    if current is None:
        raise NothingSaid
    segments = await transcripts.segments(caller.connection, current.id, user_id=caller.user.id)
    if not segments:
        raise NothingSaid
    said = [
        Said(each.segment_id, each.speaker, each.text, each.start_time, each.end_time, each.spoken_as)
        for each in segments
    ]
    return said, current.language


async def _minutes(runtime: Runtime, said: Sequence[Said], order: _Order) -> MinutesResponse:
    began = time.monotonic()
    made = await runtime.minutes.make(said, order.wishes)
    minutes = named(made.counted, present_in(said), made_at=datetime.now(UTC))
    title = order.title or minutes.title
    notice = notice_for(minutes, order.language)
    return MinutesResponse.of(
        minutes,
        texts_of(minutes, order.template, title=title, met_at=order.met_at, language=order.language).summary,
        notice=notice.quoted if notice else None,
        made=made,
        milliseconds=round((time.monotonic() - began) * 1000),
        characters=sum(len(each.text) for each in said),
    )

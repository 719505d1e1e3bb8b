"""Minutes for clients that wait for them. No transaction is held meanwhile."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from api_service.auth.verifier import Claims
from api_service.minutes.making import NothingSaid, Wishes
from api_service.minutes.naming import named, present_in
from api_service.minutes.schemas import Metadata, MinutesResponse, TitleRequest, TitleResponse
from api_service.minutes.texts import texts_of
from api_service.minutes.transcript import Said, of_text
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.templates import service as templates
from api_service.transcripts import repository as transcripts


async def of_text_given(
    runtime: Runtime, claims: Claims, text: str, *, template_id: UUID | None, session_id: UUID | None = None
) -> MinutesResponse:
    """Raises TemplateNotFound, what the desk raises, and SessionNotFound for a session not the caller's."""
    async with open_caller(runtime, claims) as caller:
        if session_id is not None:
            await sessions.find(caller, session_id)
        template = await _template(caller, template_id)
    return await _minutes(runtime, of_text(text), template, met_at=datetime.now(UTC))


async def of_session(
    runtime: Runtime, claims: Claims, session_id: UUID, *, template_id: UUID | None
) -> MinutesResponse:
    """Of its current transcript. Raises SessionNotFound, NothingSaid, TemplateNotFound and as the desk."""
    async with open_caller(runtime, claims) as caller:
        session = await sessions.find(caller, session_id)
        template = await _template(caller, template_id)
        said = await _transcript(caller, session_id)
    given = session.title if session.title_by == "person" else None
    met_at = session.started_at or session.created_at
    return await _minutes(runtime, said, template, met_at=met_at, given_title=given)


async def title(
    runtime: Runtime, claims: Claims, asked: TitleRequest, *, session_id: UUID | None = None
) -> TitleResponse:
    """Raises as the desk, and SessionNotFound for a session that is not the caller's."""
    began = time.monotonic()
    async with open_caller(runtime, claims) as caller:
        if session_id is not None:
            await sessions.find(caller, session_id)
    said = of_text(asked.transcription_text)
    made = await runtime.minutes.entitle(said, Wishes(), summary=asked.summary_text or "")
    milliseconds = round((time.monotonic() - began) * 1000)
    return TitleResponse(
        title=made.title,
        model_used=made.model,
        processing_time_ms=milliseconds,
        metadata=Metadata(
            model_used=made.model,
            total_processing_time=milliseconds,
            transcription_length=sum(len(each.text) for each in said),
            timestamp=datetime.now(UTC),
        ),
    )


async def _template(caller: Caller, template_id: UUID | None) -> str | None:
    if template_id is None:
        return None
    return (await templates.find(caller, template_id)).template_content


async def _transcript(caller: Caller, session_id: UUID) -> list[Said]:
    current = await transcripts.current(caller.connection, session_id, user_id=caller.user.id)
    if current is None:
        raise NothingSaid
    segments = await transcripts.segments(caller.connection, current.id, user_id=caller.user.id)
    if not segments:
        raise NothingSaid
    return [
        Said(each.segment_id, each.speaker, each.text, each.start_time, each.end_time, each.spoken_as)
        for each in segments
    ]


async def _minutes(
    runtime: Runtime,
    said: Sequence[Said],
    template: str | None,
    *,
    met_at: datetime,
    given_title: str | None = None,
) -> MinutesResponse:
    began = time.monotonic()
    made = await runtime.minutes.make(said, Wishes())
    minutes = named(made.minutes, present_in(said), made_at=datetime.now(UTC))
    return MinutesResponse.of(
        minutes,
        texts_of(minutes, template, title=given_title or minutes.title, met_at=met_at).summary,
        model=made.model,
        milliseconds=round((time.monotonic() - began) * 1000),
        characters=sum(len(each.text) for each in said),
    )

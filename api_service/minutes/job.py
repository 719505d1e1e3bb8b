"""The job that makes minutes of a session's transcript, and stores them: a summary, a title or both."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from pydantic import BaseModel, JsonValue

from api_service.database import Database
from api_service.jobs import repository as jobs
from api_service.jobs.runner import JobLost, Work
from api_service.llm.bill import Bill
from api_service.minutes import repository
from api_service.minutes.making import Made, MinutesMaker, NothingSaid, Ready, Titled
from api_service.minutes.naming import named, present_in, with_voices
from api_service.minutes.repository import Meeting, NewSummary
from api_service.minutes.sections import SectionReady, SectionStream, in_order
from api_service.minutes.spending import Spending
from api_service.minutes.texts import texts_of
from api_service.minutes.wishes import Style, wishes
from shared.errors import NotFound, Unavailable

log = structlog.get_logger()

_MADE_FROM_PERCENT, _MADE_TO_PERCENT = 60.0, 98.0
_TITLE_CHARACTERS = 200
_MESSAGE = "AI summary generated successfully"


class SessionGone(NotFound):
    code, title = "session-gone", "The session has been deleted"


class SummarySettings(BaseModel):
    """What a job of the kind `summarize` was asked."""

    automatic: bool = False
    summary: bool = True
    title: bool = False
    template_id: UUID | None = None
    instructions: str | None = None
    language: str | None = None
    style: Style | None = None
    series: UUID | None = None
    """Of the summary that this is to be a new version of."""


@dataclass(frozen=True, slots=True)
class MinutesTools:
    """Opened with the worker and closed with it."""

    database: Database
    maker: MinutesMaker
    sections: SectionStream


async def summarize(tools: MinutesTools, work: Work) -> None:
    """Raises SessionGone, NothingSaid and what the maker raises; then all summaries are as they were."""
    began = time.monotonic()
    asked = SummarySettings.model_validate(work.attempt.settings)
    await work.report(20, "fetching_transcriptions")
    async with tools.database.as_service() as connection:
        meeting = await repository.meeting(connection, work.attempt)
        bill = await repository.bill(connection, work.attempt)
    if meeting is None:
        raise SessionGone("It was deleted before its minutes were made")
    await work.report(40, "combining_transcriptions")
    if meeting.transcription_id is None or not meeting.said:
        await _end_without(tools, work, asked)
        return
    await work.report(_MADE_FROM_PERCENT, "preparing_ai_request")
    made = await _made(tools, work, meeting, asked, bill)
    milliseconds = round((time.monotonic() - began) * 1000)
    summary = _summary(meeting, made, asked, milliseconds=milliseconds) if isinstance(made, Made) else None
    async with tools.database.as_service() as connection:
        if not await repository.store(
            connection,
            work.attempt,
            meeting.transcription_id,
            summary,
            title=_title(meeting, made) if asked.title else None,
            result=_result(summary, made, milliseconds=milliseconds),
        ):
            raise JobLost


async def _made(
    tools: MinutesTools, work: Work, meeting: Meeting, asked: SummarySettings, bill: Bill
) -> Made | Titled:
    """Minutes, unless only a title is asked for. Whatever comes of it, the job's row has what it cost."""
    spending = Spending(tools.database, work.attempt, bill)
    wished = wishes(asked.language, asked.style, asked.instructions)
    try:
        if not asked.summary:
            return await tools.maker.entitle(meeting.said, wished, bill=bill)
        return await tools.maker.make(
            meeting.said, wished, _Telling(tools, work, meeting, spending).told, bill
        )
    finally:
        await spending.note()


async def _end_without(tools: MinutesTools, work: Work, asked: SummarySettings) -> None:
    """Raises NothingSaid where somebody has asked for minutes."""
    if not asked.automatic:
        raise NothingSaid
    async with tools.database.as_service() as connection:
        await jobs.finish(connection, work.attempt, {"message": "Nothing was said"})


class _Telling:
    """Tells the job's row how far its minutes are, and its followers what there is of them."""

    def __init__(self, tools: MinutesTools, work: Work, meeting: Meeting, spending: Spending) -> None:
        self._sections = tools.sections
        self._work = work
        self._meeting = meeting
        self._spending = spending
        self._begun = False

    async def told(self, ready: Ready) -> None:
        """Raises JobLost, so that nothing is made for nobody."""
        share = min(1.0, max(0.0, ready.share))
        percent = _MADE_FROM_PERCENT + share * (_MADE_TO_PERCENT - _MADE_FROM_PERCENT)
        await self._spending.note()
        await self._work.report(percent, "generating_summary")
        if ready.minutes is None or not ready.sections:
            return
        task_id = self._work.attempt.id
        shown = named(ready.minutes, present_in(self._meeting.said), made_at=datetime.now(UTC))
        sections = [SectionReady.of(task_id, name, shown) for name in in_order(ready.sections)]
        try:
            if not self._begun:
                await self._sections.begin(task_id)
            self._begun = True
            await self._sections.tell(task_id, sections)
        except Unavailable as failure:
            # Who follows waits for the whole then.
            log.info("minutes.sections_untold", job_id=str(task_id), code=failure.code)


def _summary(meeting: Meeting, made: Made, asked: SummarySettings, *, milliseconds: int) -> NewSummary:
    """With the names of now; whoever reads it later is told those of then."""
    minutes = with_voices(made.counted, meeting.said)
    shown = named(minutes, present_in(meeting.said), made_at=datetime.now(UTC))
    title = meeting.title if meeting.titled else shown.title
    # Quotations are in the language that was spoken, whatever was asked for.
    language = asked.language if asked.language and minutes.origin == "written" else meeting.language
    texts = texts_of(shown, meeting.template_content, title=title, met_at=meeting.met_at, language=language)
    return NewSummary(
        template_content=meeting.template_content,
        summary=texts.summary,
        key_points=texts.key_points,
        action_items=texts.action_items,
        participants=[*shown.participants],
        minutes=minutes.model_dump(mode="json"),
        language=language,
        ai_model=made.model,
        ai_provider=made.provider,
        processing_time_ms=milliseconds,
        token_usage={**made.cost.token_usage},
        cost_cents=made.cost.cents,
    )


def _title(meeting: Meeting, made: Made | Titled) -> str | None:
    """None for minutes without one."""
    if isinstance(made, Titled):
        title = made.title
    else:
        title = named(made.minutes, present_in(meeting.said), made_at=datetime.now(UTC)).title
    return " ".join(title.split())[:_TITLE_CHARACTERS].rstrip() or None


def _result(summary: NewSummary | None, made: Made | Titled, *, milliseconds: int) -> dict[str, JsonValue]:
    """Of the task; the database adds which summary it is, or that there was none to store."""
    return {
        "message": _MESSAGE,
        "summary": summary.summary if summary else None,
        "key_points": summary.key_points if summary else [],
        "origin": made.origin,
        "model_used": made.model,
        "processing_time_ms": milliseconds,
        "token_usage": {**made.cost.token_usage},
        "cost_cents": made.cost.cents,
        "dropped_items": made.dropped,
    }

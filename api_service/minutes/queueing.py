"""Has minutes of a session made by a worker, as a summary or as a new version of one."""

from uuid import UUID

from pydantic import JsonValue

from api_service.jobs import repository as jobs
from api_service.jobs.repository import Kind
from api_service.minutes.making import NothingSaid
from api_service.minutes.queueing_schemas import SummaryWishes
from api_service.runtime import Caller
from api_service.sessions import service as sessions
from api_service.sessions.service import SessionNotFound
from api_service.summaries import service as summaries
from api_service.tasks import repository as tasks
from api_service.tasks.repository import Job
from api_service.tasks.service import TaskNotFound
from api_service.templates import service as templates
from api_service.templates.service import TemplateNotFound
from api_service.transcripts import repository as transcripts
from api_service.users import settings_repository as preferences
from shared.errors import Conflict

_KIND: Kind = "summarize"
_MOST_WAITING = 4


class SummariesWaiting(Conflict):
    code, title = "summaries-waiting", "So many summaries are being made already"


async def summarize(caller: Caller, session_id: UUID, asked: SummaryWishes) -> UUID:
    """Queue a summary of the caller's own session and return the job; the same one while it is not over.

    Raises SessionNotFound, NotOwner, TemplateNotFound, NothingSaid, SummariesWaiting and TooManyTasks.
    """
    session = await sessions.owned(caller, session_id)
    if "template_id" in asked.model_fields_set:
        template_id = await _chosen(caller, asked.template_id)
    else:
        template_id = await _still_there(caller, session.template_id)
    return await _queue(caller, session_id, asked, template_id=template_id)


async def regenerate(caller: Caller, session_id: UUID, summary_id: UUID, asked: SummaryWishes) -> UUID:
    """Queue a new version of a summary, made as it was but for what is asked. The one there is stays.

    Raises as `summarize` does, and SummaryNotFound.
    """
    await sessions.owned(caller, session_id)
    summary = await summaries.find(caller, session_id, summary_id)
    await _chosen(caller, asked.template_id)
    before: dict[str, JsonValue] = {}
    if summary.job_id is not None:
        before = await tasks.settings_of(caller.connection, summary.job_id, user_id=caller.user.id)
    asked = SummaryWishes.model_validate(before | asked.model_dump(exclude_unset=True))
    return await _queue(caller, session_id, asked, template_id=asked.template_id, series=summary.series)


async def newest(caller: Caller, session_id: UUID) -> Job:
    """The caller's newest task that makes minutes of it. Raises SessionNotFound and TaskNotFound."""
    await sessions.find(caller, session_id)
    job = await tasks.newest_of_session(caller.connection, session_id, kind=_KIND, user_id=caller.user.id)
    if job is None:
        raise TaskNotFound
    return job


async def _queue(
    caller: Caller,
    session_id: UUID,
    asked: SummaryWishes,
    *,
    template_id: UUID | None,
    series: UUID | None = None,
) -> UUID:
    await _ensure_said(caller, session_id)
    choices = await preferences.find_choices(caller.connection, caller.user.id)
    wanted: dict[str, JsonValue] = {
        "template_id": str(template_id) if template_id else None,
        "instructions": asked.instructions,
        "language": asked.language,
        "style": asked.style or choices.summary_style,
        "series": str(series) if series else None,
    }
    settings: dict[str, JsonValue] = {name: value for name, value in wanted.items() if value is not None}
    waiting = await tasks.unfinished(caller.connection, session_id, kind=_KIND, user_id=caller.user.id)
    if known := next((job for job, asked_before in waiting if asked_before == settings), None):
        return known
    if len(waiting) >= _MOST_WAITING:
        raise SummariesWaiting(f"{len(waiting)} summaries of this session are being made: wait for one")
    job = await jobs.add(caller.connection, session_id, kind=_KIND, settings=settings)
    if job is None:
        raise SessionNotFound
    return job


async def _chosen(caller: Caller, template_id: UUID | None) -> UUID | None:
    if template_id is not None:
        await templates.find(caller, template_id)
    return template_id


async def _still_there(caller: Caller, template_id: UUID | None) -> UUID | None:
    """What a session was to be summarized with; its owner may have deleted that since."""
    try:
        return await _chosen(caller, template_id)
    except TemplateNotFound:
        return None


async def _ensure_said(caller: Caller, session_id: UUID) -> None:
    current = await transcripts.current(caller.connection, session_id, user_id=caller.user.id)
    if current is None:
        raise NothingSaid
    extent = await transcripts.extent(caller.connection, current.id, user_id=caller.user.id)
    if not extent.segments:
        raise NothingSaid

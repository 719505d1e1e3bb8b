"""Decides which tasks a caller reaches."""

from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import JsonValue

from api_service.jobs import repository as jobs
from api_service.jobs.repository import Kind, Priority
from api_service.runtime import Caller
from api_service.sessions import service as sessions
from api_service.sessions.listing import Place
from api_service.tasks import repository
from api_service.tasks.repository import Job, Wanted
from shared.errors import Conflict, NotFound


class TaskNotFound(NotFound):
    code, title = "task-not-found", "There is no such task"

    def __init__(self) -> None:
        # The same words for what does not exist and for what belongs to others.
        super().__init__("You have no task with this id")


class TaskFinished(Conflict):
    code, title = "task-finished", "The task is over"


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, and where the next part begins."""

    jobs: list[Job]
    next: Place | None


async def listed(
    caller: Caller, wanted: Wanted, *, session: str | None, after: Place | None, limit: int
) -> Page:
    """The caller's tasks from a place on, newest first; of one session if it is named.

    Raises SessionNotFound.
    """
    if session is not None:
        found = await sessions.find(caller, sessions.session_named(session))
        wanted = replace(wanted, session_id=found.id)
    jobs = await repository.page(
        caller.connection, wanted, user_id=caller.user.id, after=after, limit=limit + 1
    )
    shown = jobs[:limit]
    goes_on = len(jobs) > limit
    return Page(shown, Place(shown[-1].created_at.isoformat(), shown[-1].id) if goes_on else None)


async def find(caller: Caller, task_id: str) -> Job:
    """A task of the caller. Raises TaskNotFound."""
    try:
        named = UUID(task_id)
    except ValueError:
        raise TaskNotFound from None
    job = await repository.find(caller.connection, named, user_id=caller.user.id)
    if job is None:
        raise TaskNotFound
    return job


async def queue(
    caller: Caller,
    session_id: UUID,
    *,
    kind: Kind,
    settings: dict[str, JsonValue],
    priority: Priority = "normal",
) -> UUID:
    """Queue a job in a session of the caller's own; the same one while one asked for the same is not over.

    Raises SessionNotFound and TooManyTasks.
    """
    if known := await unfinished(caller, session_id, kind=kind, settings=settings):
        return known
    job = await jobs.add(caller.connection, session_id, kind=kind, settings=settings, priority=priority)
    if job is None:
        raise sessions.SessionNotFound
    return job


async def unfinished(
    caller: Caller, session_id: UUID, *, kind: Kind, settings: dict[str, JsonValue]
) -> UUID | None:
    """The job of a kind in a session of the caller's own that was asked for the same and is not over."""
    waiting = await repository.unfinished(caller.connection, session_id, kind=kind, user_id=caller.user.id)
    return next((job for job, asked_before in waiting if asked_before == settings), None)


async def cancel(caller: Caller, task_id: str) -> UUID:
    """Let a task end without a result; again, nothing changes. Raises TaskNotFound and TaskFinished."""
    job = await find(caller, task_id)
    if not await repository.cancel(caller.connection, job.id):
        job = await find(caller, task_id)
        raise TaskFinished(f"It ended with {job.status}")
    return job.id

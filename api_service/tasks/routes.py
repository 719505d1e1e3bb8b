"""`/api/v2/tasks`."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import anyio
import structlog
from fastapi import APIRouter, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from api_service.auth.verifier import Claims
from api_service.paging import NEXT_PAGE, lead_on
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime, Runtime, open_caller
from api_service.server_events import EventStream, TooManyStreams
from api_service.sessions.listing import cursor_at
from api_service.sessions.service import SessionNotFound
from api_service.tasks import service
from api_service.tasks.following import changes
from api_service.tasks.queries import SORTING, TaskQuery
from api_service.tasks.schemas import NoTask, TaskCancelled, TaskResponse, event_of
from api_service.tasks.service import TaskFinished, TaskNotFound
from shared.errors import Unauthenticated, Unavailable
from shared.problems import documented

log = structlog.get_logger()

_MISSING = "undefined"
"""What JavaScript makes of an id that it does not have."""

router = APIRouter(
    prefix="/api/v2/tasks",
    tags=["tasks"],
    responses=documented(Unauthenticated, Unavailable),
)
_NOT_FOUND = documented(TaskNotFound)


@router.get("", responses=documented(SessionNotFound) | {200: {"headers": NEXT_PAGE}})
async def list_tasks(
    asked: Annotated[TaskQuery, Query()], request: Request, response: Response, caller: CurrentCaller
) -> list[TaskResponse]:
    """One's own tasks, newest first."""
    page = await service.listed(
        caller, asked.wanted, session=asked.session_id, after=asked.after, limit=asked.limit
    )
    if page.next is not None:
        lead_on(request, response, cursor_at(page.next, SORTING))
    return [TaskResponse.of(job) for job in page.jobs]


@router.get("/{task_id}", responses=_NOT_FOUND)
@router.get("/{task_id}/status", responses=_NOT_FOUND)
async def read_task(task_id: str, caller: CurrentCaller) -> TaskResponse | NoTask:
    """How far a task of one's own is. Poll it until it is `ready`."""
    if task_id == _MISSING:
        return NoTask(timestamp=datetime.now(UTC), task_id=task_id)
    return TaskResponse.of(await service.find(caller, task_id))


@router.get(
    "/{task_id}/events",
    response_class=EventSourceResponse,
    responses=_NOT_FOUND | documented(TooManyStreams),
)
async def follow_task(task_id: str, runtime: CurrentRuntime, claims: CurrentClaims) -> EventSourceResponse:
    """Server-sent events `task`: the task as it is now and after each change, until it is `ready`.

    A task that makes minutes also sends `section` for each part that is ready: `{task_id, name, items}`. Who
    comes later or again gets all there were. A section of the same name stands in the place of one before.
    """
    async with open_caller(runtime, claims) as caller:
        await service.find(caller, task_id)
    stopping = anyio.Event()
    place = runtime.streams.taken(claims.user_id)
    return EventStream(_events(runtime, claims, task_id, stopping), stopping=stopping, place=place)


async def _events(
    runtime: Runtime, claims: Claims, task_id: str, stopping: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """Ends early when the token or the task does, when this process stops, or when the database is away."""
    limit = asyncio.timeout(max(0.0, claims.expires_at - time.time()))
    try:
        async with limit:
            async for told in changes(runtime, claims, task_id, stopping=stopping):
                name, data = event_of(told)
                yield ServerSentEvent(data, event=name, sep="\n")
    except TimeoutError:
        if not limit.expired():
            raise
    except (TaskNotFound, Unauthenticated, Unavailable) as failure:
        log.info("task.unfollowed", code=failure.code)


@router.delete("/{task_id}", responses=documented(TaskNotFound, TaskFinished))
async def cancel_task(task_id: str, caller: CurrentCaller) -> TaskCancelled | NoTask:
    """End a task that is not over yet."""
    if task_id == _MISSING:
        return NoTask(timestamp=datetime.now(UTC), task_id=task_id)
    return TaskCancelled(timestamp=datetime.now(UTC), task_id=await service.cancel(caller, task_id))

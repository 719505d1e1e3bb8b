"""Follows a task from change to change, and what it has made so far, for streams that tell of both."""

import asyncio
from collections.abc import AsyncIterator

import anyio
import structlog

from api_service.auth.verifier import Claims
from api_service.minutes.sections import SectionReady, SectionStream
from api_service.runtime import Runtime, open_caller
from api_service.tasks import service
from api_service.tasks.repository import Job
from shared.errors import Unavailable

log = structlog.get_logger()

_LOOK_SECONDS = 0.5
_IN_SECTIONS = "summarize"
"""The kind of jobs whose results are seen before they are complete."""


async def changes(
    runtime: Runtime, claims: Claims, task_id: str, *, stopping: anyio.Event
) -> AsyncIterator[Job | SectionReady]:
    """The task as it is now and after each change, to its end or until the process stops.

    Of minutes, the sections that are ready come first, each once. No transaction is held while nothing
    changes. Raises TaskNotFound.
    """
    last: Job | None = None
    position: str | None = None
    sections = SectionStream(runtime.redis)
    while not stopping.is_set():
        async with open_caller(runtime, claims) as caller:
            job = await service.find(caller, task_id)
        if job.kind == _IN_SECTIONS and job.started_at:
            for place, section in await _ready(sections, job, position):
                yield section
                position = place
        if last is None or job.updated_at != last.updated_at:
            yield job
        if job.over:
            return
        last = job
        await asyncio.sleep(_LOOK_SECONDS)


async def _ready(sections: SectionStream, job: Job, position: str | None) -> list[tuple[str, SectionReady]]:
    try:
        return await sections.after(job.id, position)
    except Unavailable as failure:
        # The task goes on without them, and so does its stream.
        log.info("task.sections_unread", code=failure.code)
        return []

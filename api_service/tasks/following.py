"""Follows a task from change to change, and what it has made so far, for streams that tell of both."""

import time
from collections.abc import AsyncIterator

import anyio
import structlog

from api_service.auth.verifier import Claims
from api_service.minutes.sections import SectionReady, SectionStream
from api_service.runtime import Runtime, open_caller
from api_service.tasks import service
from api_service.tasks.repository import Job
from api_service.tasks.service import TaskNotFound
from shared.errors import Unavailable

log = structlog.get_logger()

_CHECK_SECONDS = 30.0
_IN_SECTIONS = "summarize"
"""The kind of jobs whose results are seen before they are complete."""


async def changes(
    runtime: Runtime, claims: Claims, task_id: str, *, stopping: anyio.Event
) -> AsyncIterator[Job | SectionReady]:
    """The task as it is now and after each change, to its end or until the process stops.

    Of minutes, the sections that are ready come first, each once. Who follows is asked at the beginning and
    now and then. Raises TaskNotFound, also when it is removed meanwhile, Unauthenticated and Unavailable.
    """
    job, checked_at = await _own(runtime, claims, task_id), time.monotonic()
    last: Job | None = None
    position: str | None = None
    sections = SectionStream(runtime.redis)
    with runtime.tasks.following(job.id) as following:
        while True:
            if job.kind == _IN_SECTIONS and job.started_at:
                for place, section in await _ready(sections, job, position):
                    yield section
                    position = place
            if last is None or job.updated_at != last.updated_at:
                yield job
            if job.over or stopping.is_set():
                return
            last, now = job, await following()
            if now is None:
                raise TaskNotFound
            job = now
            if time.monotonic() - checked_at > _CHECK_SECONDS:
                await _own(runtime, claims, task_id)
                checked_at = time.monotonic()


async def _own(runtime: Runtime, claims: Claims, task_id: str) -> Job:
    async with open_caller(runtime, claims) as caller:
        return await service.find(caller, task_id)


async def _ready(sections: SectionStream, job: Job, position: str | None) -> list[tuple[str, SectionReady]]:
    try:
        return await sections.after(job.id, position)
    except Unavailable as failure:
        # The task goes on without them, and so does its stream.
        log.info("task.sections_unread", code=failure.code)
        return []

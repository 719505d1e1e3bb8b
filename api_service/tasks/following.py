"""Follows a task from change to change, for streams that tell of it."""

import asyncio
from collections.abc import AsyncIterator

import anyio

from api_service.auth.verifier import Claims
from api_service.runtime import Runtime, open_caller
from api_service.tasks import service
from api_service.tasks.repository import Job

_LOOK_SECONDS = 0.5


async def changes(
    runtime: Runtime, claims: Claims, task_id: str, *, stopping: anyio.Event
) -> AsyncIterator[Job]:
    """The task as it is now and after each change, to its end or until the process stops.

    No transaction is held while nothing changes. Raises TaskNotFound.
    """
    last: Job | None = None
    while not stopping.is_set():
        async with open_caller(runtime, claims) as caller:
            job = await service.find(caller, task_id)
        if last is None or job.updated_at != last.updated_at:
            yield job
        if job.over:
            return
        last = job
        await asyncio.sleep(_LOOK_SECONDS)

"""Decides which tasks a caller reaches."""

from uuid import UUID

from api_service.runtime import Caller
from api_service.tasks import repository
from api_service.tasks.repository import Job
from shared.errors import Conflict, NotFound


class TaskNotFound(NotFound):
    code, title = "task-not-found", "There is no such task"

    def __init__(self) -> None:
        # The same words for what does not exist and for what belongs to others.
        super().__init__("You have no task with this id")


class TaskFinished(Conflict):
    code, title = "task-finished", "The task is over"


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


async def cancel(caller: Caller, task_id: str) -> UUID:
    """Let a task end without a result; again, nothing changes. Raises TaskNotFound and TaskFinished."""
    job = await find(caller, task_id)
    if not await repository.cancel(caller.connection, job.id):
        job = await find(caller, task_id)
        raise TaskFinished(f"It ended with {job.status}")
    return job.id

"""`/api/v2/tasks`."""

from datetime import UTC, datetime

from fastapi import APIRouter

from api_service.runtime import CurrentCaller
from api_service.tasks import service
from api_service.tasks.schemas import NoTask, TaskCancelled, TaskResponse
from api_service.tasks.service import TaskFinished, TaskNotFound
from shared.errors import Unauthenticated, Unavailable
from shared.problems import documented

_MISSING = "undefined"
"""What JavaScript makes of an id that it does not have."""

router = APIRouter(
    prefix="/api/v2/tasks",
    tags=["tasks"],
    responses=documented(Unauthenticated, TaskNotFound, Unavailable),
)


@router.get("/{task_id}")
@router.get("/{task_id}/status")
async def read_task(task_id: str, caller: CurrentCaller) -> TaskResponse | NoTask:
    """How far a task of one's own is. Poll it until it is `ready`."""
    if task_id == _MISSING:
        return NoTask(timestamp=datetime.now(UTC), task_id=task_id)
    return TaskResponse.of(await service.find(caller, task_id))


@router.delete("/{task_id}", responses=documented(TaskFinished))
async def cancel_task(task_id: str, caller: CurrentCaller) -> TaskCancelled | NoTask:
    """End a task that is not over yet."""
    if task_id == _MISSING:
        return NoTask(timestamp=datetime.now(UTC), task_id=task_id)
    return TaskCancelled(timestamp=datetime.now(UTC), task_id=await service.cancel(caller, task_id))

"""Public JSON of tasks, for clients of three generations: each reads other fields of it."""

from datetime import UTC, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from api_service.minutes.sections import SectionReady
from api_service.tasks.repository import Job, Status

_AUTHENTICATION_MARK = "403"
"""Old clients take an error with this in it for a lost sign-in, and begin again."""


class Progress(BaseModel):
    """How far it is."""

    step: str
    percentage: int
    current: int = Field(description="The same as `percentage`")
    total: int = 100
    description: str = Field(description="The step in words")


class TaskResponse(BaseModel):
    """A task at one moment; it will not change any more when it is `ready`."""

    success: bool = Field(
        True, description="Whether the status was retrieved, not whether the task succeeded"
    )
    message: str = "Task status retrieved"
    timestamp: datetime
    task_id: UUID
    session_id: UUID
    kind: str
    status: Status
    progress: Progress
    result: dict[str, JsonValue] | None = Field(description="Never null when the status is `success`")
    error: str | None
    error_code: str | None = Field(description="Of a failure: stable, for programs")
    token_usage: dict[str, int] = Field(
        description="What language models were given and said for it, failed attempts too; empty when unknown"
    )
    cost_cents: float | None = Field(description="What that cost; null when unknown")
    ready: bool
    successful: bool
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(
            timestamp=datetime.now(UTC),
            task_id=job.id,
            session_id=job.session_id,
            kind=job.kind,
            status=job.status,
            progress=Progress(
                step=job.step,
                percentage=job.progress,
                current=job.progress,
                description=job.step.replace("_", " ").capitalize(),
            ),
            result=job.result,
            error=job.error and job.error.replace(_AUTHENTICATION_MARK, "4xx"),
            error_code=job.error_code,
            token_usage=job.cost.token_usage,
            cost_cents=job.cost.cents,
            ready=job.over,
            successful=job.status == "success",
            created_at=job.created_at,
            started_at=job.started_at,
            completed_at=job.completed_at,
            updated_at=job.updated_at,
        )


class NoTask(BaseModel):
    """The answer to a client that asks for a task before it has been given one."""

    success: Literal[False] = False
    message: str = "Invalid task ID"
    timestamp: datetime
    task_id: str
    status: Literal["error"] = "error"
    error: str = "The task id is missing: use the one that the request which began the task was answered with"


class TaskCancelled(BaseModel):
    success: bool = True
    message: str = "Task cancelled successfully"
    timestamp: datetime
    task_id: UUID
    status: Literal["cancelled"] = "cancelled"


def event_of(told: Job | SectionReady) -> tuple[str, str]:
    """The name of what a stream tells, and its JSON."""
    if isinstance(told, SectionReady):
        return "section", told.model_dump_json()
    return "task", TaskResponse.of(told).model_dump_json()

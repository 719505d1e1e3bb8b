"""Jobs: read and cancelled by their owner, worked on by the service."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection

Status = Literal["pending", "started", "success", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """A row of queued work. It has a result when it succeeded, and an error when it failed."""

    id: UUID
    session_id: UUID
    kind: str
    status: Status
    progress: int
    step: str
    result: dict[str, JsonValue] | None
    error: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime

    @property
    def over(self) -> bool:
        """Whether it will not change any more."""
        return self.status not in ("pending", "started")


async def find(connection: Connection, job_id: UUID, *, user_id: UUID) -> Job | None:
    """The job, if it is this user's."""
    query = """
        select id, session_id, kind, status, progress, step, result, error, created_at, started_at,
          completed_at, updated_at
        from public.jobs where id = %s and user_id = %s
    """
    async with connection.cursor(row_factory=class_row(Job)) as cursor:
        await cursor.execute(query, [job_id, user_id])
        return await cursor.fetchone()


async def cancel(connection: Connection, job_id: UUID) -> bool:
    """Whether this job of the user of the connection is cancelled now."""
    return await _told(connection, "select internal.cancel_own_job(%s) as told", job_id)


async def add(connection: Connection, session_id: UUID, *, kind: str) -> UUID | None:
    """A job of the user of the connection, in its transaction. None for who is no member of the session."""
    cursor = await connection.execute("select internal.add_job(%s, %s) as id", [session_id, kind])
    row = await cursor.fetchone()
    return row["id"] if row else None


async def record_finalization(
    connection: Connection, session_id: UUID, result: dict[str, JsonValue]
) -> UUID | None:
    """The one finalization of this session by the user of the connection. None for who is no member."""
    query = "select internal.record_finalization(%s, %s) as id"
    cursor = await connection.execute(query, [session_id, Jsonb(result)])
    row = await cursor.fetchone()
    return row["id"] if row else None


async def start(connection: Connection, job_id: UUID) -> bool:
    """As the service, like all that follow: whether the job is still to be worked on."""
    return await _told(connection, "select internal.start_job(%s) as told", job_id)


async def report(connection: Connection, job_id: UUID, *, percentage: int, step: str) -> bool:
    """Whether to go on: not with a job that was cancelled."""
    return await _told(connection, "select internal.report_job(%s, %s, %s) as told", job_id, percentage, step)


async def finish(connection: Connection, job_id: UUID, result: dict[str, JsonValue]) -> bool:
    """Whether the result counts: not that of a job which was cancelled."""
    return await _told(connection, "select internal.finish_job(%s, %s) as told", job_id, Jsonb(result))


async def fail(connection: Connection, job_id: UUID, *, error: str) -> bool:
    """Whether the failure counts. The error is read by the owner and quotes nothing that was said."""
    return await _told(connection, "select internal.fail_job(%s, %s) as told", job_id, error)


async def _told(connection: Connection, query: str, *values: object) -> bool:
    cursor = await connection.execute(query.encode(), values)
    row = await cursor.fetchone()
    return bool(row and row["told"])

"""Jobs as their owners read and cancel them; what workers do with them is in api_service/jobs."""

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


async def record_finalization(
    connection: Connection, session_id: UUID, result: dict[str, JsonValue]
) -> UUID | None:
    """The one finalization of this session by the user of the connection. None for who is no member."""
    query = "select internal.record_finalization(%s, %s) as id"
    cursor = await connection.execute(query, [session_id, Jsonb(result)])
    row = await cursor.fetchone()
    return row["id"] if row else None


async def _told(connection: Connection, query: str, *values: object) -> bool:
    cursor = await connection.execute(query.encode(), values)
    row = await cursor.fetchone()
    return bool(row and row["told"])

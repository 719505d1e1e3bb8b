"""Queues jobs, and writes down how they fare. What a worker writes counts while its attempt is the newest."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.errors import ConfigurationLimitExceeded
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection
from shared.errors import ServiceError

Kind = Literal["transcribe", "join_recording", "second_pass", "summarize"]
Priority = Literal["urgent", "high", "normal", "low"]


class TooManyTasks(ServiceError):
    status, code, title, retryable = 429, "too-many-tasks", "So many tasks of this account wait", True
    retry_after_seconds = 30


@dataclass(frozen=True, slots=True)
class Attempt:
    """A job, and how often it has been begun until now."""

    id: UUID
    session_id: UUID
    user_id: UUID
    kind: str
    settings: dict[str, JsonValue]
    attempt: int
    tries: int
    """Without those that ended because a worker stopped."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that nobody tries again by himself."""

    id: UUID
    kind: str
    attempt: int
    error_code: str | None
    error: str
    completed_at: datetime


async def add(
    connection: Connection,
    session_id: UUID,
    *,
    kind: Kind,
    settings: dict[str, JsonValue],
    priority: Priority = "normal",
) -> UUID | None:
    """Queue a job of the user of the connection, in its transaction. None for who is no member.

    Raises TooManyTasks; the transaction is lost then.
    """
    with limited():
        cursor = await connection.execute(
            "select internal.add_job(%s, %s, %s, %s) as id", [session_id, kind, Jsonb(settings), priority]
        )
    row = await cursor.fetchone()
    job_id: UUID | None = row["id"] if row else None
    if job_id:
        await connection.execute("select internal.queue_job(%s)", [job_id])
    return job_id


async def add_second_pass(
    connection: Connection, session_id: UUID, *, language: str | None, is_chosen: bool
) -> UUID | None:
    """Have a meeting heard again, by the one job that waits for that. None for who is no member.

    The job is the owner's, whoever asks. Raises TooManyTasks; the transaction is lost then.
    """
    with limited():
        cursor = await connection.execute(
            "select internal.ask_second_pass(%s, %s, %s) as id", [session_id, language, is_chosen]
        )
    row = await cursor.fetchone()
    return row["id"] if row else None


@contextmanager
def limited() -> Iterator[None]:
    """Around statements that add a job: the database counts those that wait. Raises TooManyTasks."""
    try:
        yield
    except ConfigurationLimitExceeded as fault:
        raise TooManyTasks("Wait until one of them is over, or cancel one") from fault


async def start(connection: Connection, job_id: UUID) -> Attempt | None:
    """As the service, like all that follow: a new attempt; None for a job that is over."""
    async with connection.cursor(row_factory=class_row(Attempt)) as cursor:
        await cursor.execute("select * from internal.start_job(%s)", [job_id])
        return await cursor.fetchone()


async def give_back(connection: Connection, attempt: Attempt) -> None:
    """The worker stops: that was no try."""
    await connection.execute("select internal.give_back_job(%s, %s)", _key(attempt))


async def report(connection: Connection, attempt: Attempt, *, percentage: int, step: str) -> bool:
    """Whether to go on: not with a job that was cancelled, or that another has taken over."""
    return await _told(
        connection, "select internal.report_job(%s, %s, %s, %s)", _key(attempt), percentage, step
    )


async def is_wanted(connection: Connection, attempt: Attempt) -> bool:
    """The same, with nothing to report."""
    return await _told(connection, "select internal.wants_job(%s, %s)", _key(attempt))


async def finish(connection: Connection, attempt: Attempt, result: dict[str, JsonValue]) -> bool:
    """Whether the result counts. In one transaction with what the result is about."""
    return await _told(connection, "select internal.finish_job(%s, %s, %s)", _key(attempt), Jsonb(result))


async def fail(connection: Connection, attempt: Attempt, *, error: str, code: str) -> bool:
    """Whether the failure counts. The error is read by the owner and quotes nothing that was said."""
    return await _told(connection, "select internal.fail_job(%s, %s, %s, %s)", _key(attempt), error, code)


async def failed(connection: Connection, *, most: int) -> list[Failed]:
    """What has failed for good, newest first."""
    async with connection.cursor(row_factory=class_row(Failed)) as cursor:
        await cursor.execute("select * from internal.failed_jobs(%s)", [most])
        return await cursor.fetchall()


async def requeue(connection: Connection, job_id: UUID) -> bool:
    """Give a failed job another chance. Returns whether there was one."""
    return await _told(connection, "select internal.requeue_job(%s)", [job_id])


async def age(connection: Connection) -> None:
    """Let everything that waits come a step nearer to its turn."""
    await connection.execute("select internal.age_jobs()")


def _key(attempt: Attempt) -> list[object]:
    return [attempt.id, attempt.attempt]


async def _told(connection: Connection, query: str, key: list[object], *values: object) -> bool:
    cursor = await connection.execute(query.encode(), [*key, *values])
    row = await cursor.fetchone()
    return bool(row and next(iter(row.values())))

"""Writes uploads, as the service: session, file and job at once."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.errors import ForeignKeyViolation
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection
from api_service.jobs.repository import limited
from shared.contracts.decoding import AudioFacts
from shared.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has been stored under a reserved path."""

    path: str
    bucket: str
    size: int
    sha256: str
    filename: str
    facts: AudioFacts


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to become of it."""

    title: str
    titled: bool
    """Whether somebody has given it the title."""

    language: str
    """Of the session."""

    settings: dict[str, JsonValue]
    priority: str
    fingerprint: str


async def same(connection: Connection, owner: UUID, fingerprint: str) -> tuple[UUID, UUID] | None:
    """Session and job of the same work for the same owner, unless it failed or was cancelled.

    Until the end of the transaction nobody else finds out whether there is one.
    """
    cursor = await connection.execute("select * from internal.same_upload(%s, %s)", [owner, fingerprint])
    row = await cursor.fetchone()
    return (row["session_id"], row["job_id"]) if row else None


async def done(connection: Connection, session_id: UUID, fingerprint: str) -> UUID | None:
    """The job of the same work in a session of the caller's own, unless it failed or got no speakers."""
    query = """
        select job.id from public.jobs as job
        join public.audio_files as file
            on file.session_id = job.session_id and file.id::text = job.settings ->> 'audio_file_id'
        where job.session_id = %s and job.fingerprint = %s and job.status in ('pending', 'started', 'success')
            and job.result ->> 'diarization' is distinct from 'failed'
        order by job.created_at desc limit 1
    """
    cursor = await connection.execute(query, [session_id, fingerprint])
    row = await cursor.fetchone()
    found: UUID | None = row["id"] if row else None
    return found


async def mark(connection: Connection, job_id: UUID, fingerprint: str) -> None:
    """Say of a job of the caller's own what work it is."""
    await connection.execute("select internal.mark_job(%s, %s)", [job_id, fingerprint])


async def add(connection: Connection, owner: UUID, received: Received, asked: Asked) -> tuple[UUID, UUID]:
    """The session and the job.

    Raises TooManyTasks, Unauthenticated when the account is gone by now, and psycopg.OperationalError when
    the path is not reserved any more.
    """
    facts = received.facts
    values = [
        *(owner, asked.title, asked.language, received.filename, received.path, received.bucket),
        *(received.size, received.sha256, facts.duration_seconds, facts.format, facts.mime_type),
        *(facts.sample_rate, facts.channels, Jsonb(asked.settings), asked.priority, asked.fingerprint),
    ]
    places = ", ".join(["%s"] * len(values))
    query = f"select * from internal.add_upload({places})"  # noqa: S608 - only placeholders are put in
    try:
        with limited():
            cursor = await connection.execute(query.encode(), values)
    except ForeignKeyViolation as fault:
        raise Unauthenticated("User not found") from fault
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - it returns one row or raises
    if not asked.titled:
        await connection.execute("select internal.note_default_title(%s)", [row["session_id"]])
    return row["session_id"], row["job_id"]

"""Jobs as their owners read and cancel them; what workers do with them is in api_service/jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row
from psycopg.sql import SQL, Composable
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection
from api_service.jobs.repository import Kind
from api_service.llm.bill import Cost
from api_service.sessions.listing import Place

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
    error_code: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_cents: float | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    updated_at: datetime

    @property
    def cost(self) -> Cost:
        """What it has spent on language models in all of its attempts."""
        return Cost(self.prompt_tokens, self.completion_tokens, self.cost_cents)

    @property
    def over(self) -> bool:
        """Whether it will not change any more."""
        return self.status not in ("pending", "started")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs; what is empty or None asks for nothing."""

    session_id: UUID | None = None
    kinds: frozenset[str] = frozenset()
    over: bool | None = None


_JOB = """
    select id, session_id, kind, status, progress, step, result, error, error_code, prompt_tokens,
      completion_tokens, cost_cents, created_at, started_at, completed_at, updated_at
    from public.jobs where user_id = %(user_id)s
"""
_NEWEST = SQL("order by created_at desc, id desc limit %(limit)s")
_PAGE = SQL("{job} {wanted} {newest}")
_PAGE_OF_KINDS = SQL("""
    select job.* from unnest(%(kinds)s::text[]) as wanted (kind)
    cross join lateral ({job} {wanted} and jobs.kind = wanted.kind {newest}) as job
    {newest}
""")
"""Each kind in the order of its index: what is wanted seldom is not looked for among all the rest."""


async def find(connection: Connection, job_id: UUID, *, user_id: UUID) -> Job | None:
    """The job, if it is this user's."""
    async with connection.cursor(row_factory=class_row(Job)) as cursor:
        await cursor.execute(f"{_JOB} and id = %(id)s", {"user_id": user_id, "id": job_id})
        return await cursor.fetchone()


async def page(
    connection: Connection, wanted: Wanted, *, user_id: UUID, after: Place | None, limit: int
) -> list[Job]:
    """This user's jobs that follow a place, or the newest ones."""
    conditions: list[Composable] = [SQL("")]
    if wanted.session_id:
        conditions.append(SQL("and session_id = %(session_id)s"))
    if wanted.over is not None:
        within = SQL("not in") if wanted.over else SQL("in")
        conditions.append(SQL("and status {} ('pending', 'started')").format(within))
    if after:
        conditions.append(SQL("and (created_at, id) < (%(value)s::timestamptz, %(id)s)"))
    query = (_PAGE_OF_KINDS if wanted.kinds else _PAGE).format(
        job=SQL(_JOB), wanted=SQL(" ").join(conditions), newest=_NEWEST
    )
    values: dict[str, object] = {
        "user_id": user_id,
        "session_id": wanted.session_id,
        "kinds": sorted(wanted.kinds),
        "limit": limit,
    }
    if after:
        values |= {"value": after.value, "id": after.id}
    async with connection.cursor(row_factory=class_row(Job)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()


async def followed(connection: Connection, job_ids: Sequence[UUID]) -> list[Job]:
    """Those of these jobs that are there, as the service: whoever follows them has been asked before."""
    async with connection.cursor(row_factory=class_row(Job)) as cursor:
        await cursor.execute("select * from internal.followed_jobs(%s)", [list(job_ids)])
        return await cursor.fetchall()


async def newest_of_session(
    connection: Connection, session_id: UUID, *, kind: Kind, user_id: UUID
) -> Job | None:
    """This user's newest job of a kind in a session."""
    query = f"""{_JOB} and session_id = %(session_id)s and kind = %(kind)s
        order by created_at desc, id limit 1
    """
    values = {"user_id": user_id, "session_id": session_id, "kind": kind}
    async with connection.cursor(row_factory=class_row(Job)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchone()


async def unfinished(
    connection: Connection, session_id: UUID, *, kind: Kind, user_id: UUID
) -> list[tuple[UUID, dict[str, JsonValue]]]:
    """The jobs of a kind in a session of this user's own that are not over, and what each was asked.

    Nobody asks at the same time: whoever does waits until this transaction has ended.
    """
    await connection.execute(
        "select from public.recording_sessions where id = %s and user_id = %s for no key update",
        [session_id, user_id],
    )
    query = """
        select id, settings from public.jobs
        where session_id = %s and user_id = %s and kind = %s and status in ('pending', 'started')
    """
    cursor = await connection.execute(query, [session_id, user_id, kind])
    return [(row["id"], row["settings"]) for row in await cursor.fetchall()]


async def settings_of(connection: Connection, job_id: UUID, *, user_id: UUID) -> dict[str, JsonValue]:
    """What a job of this user was asked; nothing if it is not there."""
    cursor = await connection.execute(
        "select settings from public.jobs where id = %s and user_id = %s", [job_id, user_id]
    )
    row = await cursor.fetchone()
    return row["settings"] if row else {}


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

"""Reads and writes sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection

Status = Literal[
    "created", "recording", "paused", "processing", "completed", "failed", "cancelled", "archived"
]
Role = Literal["owner", "participant"]


@dataclass(frozen=True, slots=True)
class Session:
    """A session as one of its members sees it."""

    id: UUID
    title: str
    status: Status
    language: str
    template_id: UUID | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: float | None
    invite_code: str
    role: Role


_AS_MEMBER = """
    select session.id, title, status, language, template_id, session.created_at, session.updated_at,
        started_at, ended_at, duration_seconds, invite_code, member.role
    from public.recording_sessions as session
    join public.session_members as member on member.session_id = session.id and member.user_id = %(user_id)s
"""


async def create(
    connection: Connection, *, user_id: UUID, title: str, language: str, stt_model: str | None = None
) -> UUID:
    """A new session of this user."""
    query = """
        insert into public.recording_sessions (user_id, title, language, stt_model)
        values (%(user_id)s, %(title)s, %(language)s, coalesce(%(stt_model)s, 'local_funasr'))
        returning id
    """
    values = {"user_id": user_id, "title": title, "language": language, "stt_model": stt_model}
    cursor = await connection.execute(query, values)
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - an insert that succeeds returns its row
    created: UUID = row["id"]
    return created


async def find(connection: Connection, session_id: UUID, *, user_id: UUID) -> Session | None:
    """The session, if this user is a member of it."""
    query = f"{_AS_MEMBER} where session.id = %(session_id)s"
    async with connection.cursor(row_factory=class_row(Session)) as cursor:
        await cursor.execute(query, {"user_id": user_id, "session_id": session_id})
        return await cursor.fetchone()


async def newest(connection: Connection, *, user_id: UUID, limit: int, offset: int) -> list[Session]:
    """The sessions that this user is a member of, newest first."""
    query = f"{_AS_MEMBER} order by session.created_at desc, session.id limit %(limit)s offset %(offset)s"
    async with connection.cursor(row_factory=class_row(Session)) as cursor:
        await cursor.execute(query, {"user_id": user_id, "limit": limit, "offset": offset})
        return await cursor.fetchall()


async def join(connection: Connection, invite_code: str) -> UUID | None:
    """Make the user of the connection a member. None when the code opens nothing."""
    cursor = await connection.execute("select internal.join_session(%s) as id", [invite_code])
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - a function without a set returns one row
    joined: UUID | None = row["id"]
    return joined

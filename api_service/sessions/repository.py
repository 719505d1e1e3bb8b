"""Reads and writes sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection

Status = Literal[
    "created", "recording", "paused", "processing", "completed", "failed", "cancelled", "archived"
]
Role = Literal["owner", "participant"]
TitleBy = Literal["default", "person", "automatic"]


@dataclass(frozen=True, slots=True)
class Session:
    """A session as one of its members sees it."""

    id: UUID
    title: str
    title_by: TitleBy
    """Whose it is: a person's title is never replaced by a program's."""

    description: str | None
    status: Status
    language: str
    stt_model: str
    tags: list[str]
    metadata: dict[str, JsonValue]
    template_id: UUID | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: float | None
    record: bool
    """Whether the audio of its meetings is kept."""

    invite_code: str
    role: Role


@dataclass(frozen=True, slots=True)
class Changes:
    """What an owner changes; None leaves a value as it is."""

    title: str | None = None
    language: str | None = None
    tags: list[str] | None = None
    metadata: dict[str, JsonValue] | None = None
    description: str | None = None
    removes_description: bool = False
    record: bool | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a session so far."""

    status: Status
    started_at: datetime | None
    duration_seconds: float | None
    transcription_id: UUID | None
    total_segments: int
    word_count: int
    audio_path: str | None
    """Where the best of its recordings lies in storage."""


COLUMNS = """
    session.id, session.title, session.title_by, session.description, session.status, session.language,
    session.stt_model, session.tags, session.metadata, session.template_id, session.created_at,
    session.updated_at, session.started_at, session.ended_at, session.duration_seconds, session.record,
    session.invite_code
"""

_AS_MEMBER = f"""
    select {COLUMNS}, member.role
    from public.recording_sessions as session
    join public.session_members as member on member.session_id = session.id and member.user_id = %(user_id)s
"""  # noqa: S608 - nothing in it comes from outside


async def create(
    connection: Connection,
    *,
    user_id: UUID,
    title: str,
    language: str,
    title_by: TitleBy = "person",
    stt_model: str | None = None,
    record: bool = True,
) -> UUID:
    """A new session of this user."""
    query = """
        insert into public.recording_sessions (user_id, title, title_by, language, stt_model, record)
        values (
          %(user_id)s, %(title)s, %(title_by)s, %(language)s, coalesce(%(stt_model)s, 'local_funasr'),
          %(record)s
        )
        returning id
    """
    values = {
        "user_id": user_id,
        "title": title,
        "title_by": title_by,
        "language": language,
        "stt_model": stt_model,
        "record": record,
    }
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


async def change(connection: Connection, session_id: UUID, changes: Changes, *, user_id: UUID) -> None:
    """Change what this user says about an own session."""
    query = """
        update public.recording_sessions
        set
          title = coalesce(%(title)s, title),
          language = coalesce(%(language)s, language),
          tags = coalesce(%(tags)s, tags),
          metadata = coalesce(%(metadata)s, metadata),
          record = coalesce(%(record)s, record),
          description = case when %(removed)s then null else coalesce(%(description)s, description) end
        where id = %(session_id)s and user_id = %(user_id)s
    """
    values = {
        "session_id": session_id,
        "user_id": user_id,
        "title": changes.title,
        "language": changes.language,
        "tags": changes.tags,
        "metadata": None if changes.metadata is None else Jsonb(changes.metadata),
        "description": changes.description,
        "removed": changes.removes_description,
        "record": changes.record,
    }
    await connection.execute(query, values)


async def change_status(connection: Connection, session_id: UUID, *, was: Status, becomes: Status) -> bool:
    """Whether it was still so; only for the owner, who is the user of the connection."""
    query = "select internal.change_own_session(%s, %s, %s) as changed"
    cursor = await connection.execute(query, [session_id, was, becomes])
    row = await cursor.fetchone()
    return bool(row and row["changed"])


async def set_template(
    connection: Connection, session_id: UUID, template_id: UUID | None, *, user_id: UUID
) -> None:
    """Choose the template of an own session's summaries."""
    query = "update public.recording_sessions set template_id = %s where id = %s and user_id = %s"
    await connection.execute(query, [template_id, session_id, user_id])


async def delete(connection: Connection, session_id: UUID, *, user_id: UUID) -> None:
    """Delete an own session with all that belongs to it."""
    query = "delete from public.recording_sessions where id = %s and user_id = %s"
    await connection.execute(query, [session_id, user_id])


async def outcome(connection: Connection, session_id: UUID, *, user_id: UUID) -> Outcome | None:
    """What was said and for how long, if this user is a member."""
    query = """
        select session.status, session.started_at, session.duration_seconds, current.id as transcription_id,
          count(segment.id) as total_segments,
          coalesce(sum(internal.count_words(segment.text)), 0)::integer as word_count,
          (
            select file.storage_path from public.audio_files as file
            where file.session_id = session.id and file.upload_status = 'completed'
            order by array_position(array['mix', 'upload', 'participant'], file.kind), file.completed_at desc,
              file.id
            limit 1
          ) as audio_path
        from public.recording_sessions as session
        join public.session_members as member on member.session_id = session.id
        left join public.transcriptions as current on current.session_id = session.id and current.is_current
        left join public.transcript_segments as segment on segment.transcription_id = current.id
        where session.id = %s and member.user_id = %s
        group by session.id, current.id
    """
    async with connection.cursor(row_factory=class_row(Outcome)) as cursor:
        await cursor.execute(query, [session_id, user_id])
        return await cursor.fetchone()


async def join(connection: Connection, invite_code: str) -> UUID | None:
    """Make the user of the connection a member. None when the code opens nothing."""
    cursor = await connection.execute("select internal.join_session(%s) as id", [invite_code])
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - a function without a set returns one row
    joined: UUID | None = row["id"]
    return joined

"""Reads and writes what somebody prefers, and counts what somebody uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection


@dataclass(frozen=True, slots=True)
class Choices:
    """What an account has chosen; None is no choice."""

    preferred_language: str | None = None
    default_stt_model: str | None = None
    auto_generate_summary: bool | None = None
    auto_generate_title: bool | None = None
    summary_style: Literal["brief", "standard", "detailed"] | None = None
    auto_delete_recordings_days: int | None = None
    notification_settings: dict[str, JsonValue] = field(default_factory=dict)
    additional: dict[str, JsonValue] = field(default_factory=dict)
    """Names and values that clients keep here for themselves."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account has used. Months are those of UTC."""

    sessions: int
    transcribed_seconds: float
    stored_bytes: int


_SELECT = """
    select preferred_language, default_stt_model, auto_generate_summary, auto_generate_title, summary_style,
    auto_delete_recordings_days, notification_settings, additional
    from public.user_settings where user_id = %s
"""


async def find_choices(connection: Connection, user_id: UUID) -> Choices:
    """Those of this user, none of them if nothing was ever chosen."""
    async with connection.cursor(row_factory=class_row(Choices)) as cursor:
        await cursor.execute(_SELECT, [user_id])
        return await cursor.fetchone() or Choices()


async def lock_choices(connection: Connection, user_id: UUID) -> Choices:
    """Those of this user, which nobody else changes before the transaction ends."""
    await connection.execute(
        "insert into public.user_settings (user_id) values (%s) on conflict do nothing", [user_id]
    )
    async with connection.cursor(row_factory=class_row(Choices)) as cursor:
        await cursor.execute(f"{_SELECT} for update", [user_id])
        return await cursor.fetchone() or Choices()


async def save_choices(connection: Connection, user_id: UUID, values: Mapping[str, JsonValue]) -> None:
    """Keep new values by column, of which there is at least one; the user has chosen before."""
    statement = sql.SQL("update public.user_settings set {} where user_id = {}").format(
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
        ),
        sql.Placeholder("user_id"),
    )
    kept = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in values.items()}
    await connection.execute(statement, {**kept, "user_id": user_id})


async def count_usage(connection: Connection, user_id: UUID) -> Usage:
    """Of this user's own sessions in this month, and of everything that is kept for the user.

    A session that still records counts until now.
    """
    query = """
        select
          count(*) as sessions,
          coalesce(sum(
            coalesce(duration_seconds, extract(epoch from now() - started_at))
          ) filter (
            where (duration_seconds is not null or status = 'recording')
              and exists (select from public.transcriptions where session_id = session.id)
          ), 0)::double precision as transcribed_seconds,
          (
            select coalesce(sum(file_size_bytes), 0)::bigint from public.audio_files
            where user_id = %(user_id)s and upload_status = 'completed'
          ) as stored_bytes
        from public.recording_sessions as session
        where user_id = %(user_id)s
          and created_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'
    """
    async with connection.cursor(row_factory=class_row(Usage)) as cursor:
        await cursor.execute(query, {"user_id": user_id})
        usage = await cursor.fetchone()
    assert usage is not None  # noqa: S101 - an aggregate returns one row
    return usage

"""Reads and writes summaries of sessions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection
from api_service.minutes.naming import Heard, Present

Value = UUID | str | int | float | list[JsonValue] | dict[str, JsonValue] | None
Origin = Literal["saved", "extracted", "written"]
Part = Literal["summary", "key_points", "action_items"]


@dataclass(frozen=True, slots=True)
class Summary:
    """One summary of a session."""

    id: UUID
    session_id: UUID
    user_id: UUID
    transcription_id: UUID | None
    template_id: UUID | None
    summary: str
    key_points: list[JsonValue]
    action_items: list[JsonValue]
    participants: list[JsonValue]
    ai_model: str | None
    ai_provider: str | None
    processing_time_ms: int | None
    token_usage: dict[str, JsonValue]
    cost_cents: float | None
    status: str
    quality_rating: int | None
    origin: Origin
    minutes: dict[str, JsonValue] | None
    """What the texts were made of; None for what a client has saved."""

    template_content: str | None
    instructions: str | None
    language: str | None
    series: UUID
    """The same for all versions of one summary."""

    version: int
    is_latest: bool
    job_id: UUID | None
    edited: list[Part]
    """What people have changed."""

    edited_at: datetime | None
    created_at: datetime
    updated_at: datetime


_COLUMNS = sql.SQL("""
    id, session_id, user_id, transcription_id, template_id, summary, key_points, action_items, participants,
    ai_model, ai_provider, processing_time_ms, token_usage, cost_cents, status, quality_rating, origin,
    minutes, template_content, instructions, language, series, version, job_id, edited, edited_at, created_at,
    updated_at,
    not exists (
      select from public.ai_summaries as newer
      where newer.series = ai_summaries.series and newer.version > ai_summaries.version
    ) as is_latest
""")
_OF_SESSION = sql.SQL("""
    select {} from public.ai_summaries
    where session_id = %(session_id)s and session_id in (
      select session_id from public.session_members where user_id = %(user_id)s
    )
""").format(_COLUMNS)
_FIND = sql.SQL("{} and id = %(summary_id)s").format(_OF_SESSION)
_IN_SESSION = """
    segment.session_id = %(session_id)s
    and (select true from public.session_members where session_id = %(session_id)s and user_id = %(user_id)s)
"""
_NAMES = f"""
    select segment.transcription_id, segment.spoken_as,
      mode() within group (order by segment.speaker) as speaker
    from public.transcript_segments as segment
    where segment.transcription_id = any (%(ids)s) and {_IN_SESSION}
    group by segment.transcription_id, segment.spoken_as
"""  # noqa: S608 - nothing in it comes from outside
_EVIDENCE = f"""
    select segment.transcription_id, segment.segment_id, segment.speaker, segment.spoken_as, segment.text,
      segment.edited_at
    from public.transcript_segments as segment
    where segment.transcription_id = any (%(ids)s)
      and segment.segment_id = any (%(segment_ids)s)
      and segment.text <> ''
      and {_IN_SESSION}
"""  # noqa: S608 - nothing in it comes from outside
_NEWEST = sql.SQL("{} order by created_at desc, id limit %(limit)s offset %(offset)s").format(_OF_SESSION)


async def find(
    connection: Connection, session_id: UUID, summary_id: UUID, *, user_id: UUID
) -> Summary | None:
    """A summary of this session, if this user is a member of it."""
    values = {"session_id": session_id, "summary_id": summary_id, "user_id": user_id}
    async with connection.cursor(row_factory=class_row(Summary)) as cursor:
        await cursor.execute(_FIND, values)
        return await cursor.fetchone()


async def newest(
    connection: Connection, session_id: UUID, *, user_id: UUID, limit: int, offset: int
) -> list[Summary]:
    """The summaries of this session, newest first, if this user is a member of it."""
    values = {"session_id": session_id, "user_id": user_id, "limit": limit, "offset": offset}
    async with connection.cursor(row_factory=class_row(Summary)) as cursor:
        await cursor.execute(_NEWEST, values)
        return await cursor.fetchall()


async def create(
    connection: Connection, session_id: UUID, values: Mapping[str, Value], *, user_id: UUID
) -> Summary:
    """A new summary of a session that this user owns; `values` by column."""
    names = ["session_id", "user_id", *values]
    statement = sql.SQL("insert into public.ai_summaries ({}) values ({}) returning {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(map(sql.Placeholder, names)),
        _COLUMNS,
    )
    async with connection.cursor(row_factory=class_row(Summary)) as cursor:
        await cursor.execute(statement, {**_stored(values), "session_id": session_id, "user_id": user_id})
        created = await cursor.fetchone()
    assert created is not None  # noqa: S101 - an insert that succeeds returns its row
    return created


async def change(
    connection: Connection, session_id: UUID, summary_id: UUID, values: Mapping[str, Value]
) -> Summary | None:
    """The summary with new values by column, of which there is at least one; its session's owner may."""
    statement = sql.SQL("update public.ai_summaries set {} where {} returning {}").format(
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
        ),
        sql.SQL("id = %(found_id)s and session_id = %(found_session_id)s"),
        _COLUMNS,
    )
    found = {"found_id": summary_id, "found_session_id": session_id}
    async with connection.cursor(row_factory=class_row(Summary)) as cursor:
        await cursor.execute(statement, {**_stored(values), **found})
        return await cursor.fetchone()


async def delete(connection: Connection, session_id: UUID, summary_id: UUID) -> bool:
    """Whether there was such a summary; its session's owner may."""
    cursor = await connection.execute(
        "delete from public.ai_summaries where id = %s and session_id = %s", [summary_id, session_id]
    )
    return cursor.rowcount == 1


async def present(
    connection: Connection, session_id: UUID, wanted: Mapping[UUID, Collection[str]], *, user_id: UUID
) -> dict[UUID, Present]:
    """Versions of this session's transcript, each with the segments named, if this user is a member of it."""
    values = {
        "ids": list(wanted),
        "segment_ids": sorted({each for named in wanted.values() for each in named}),
        "session_id": session_id,
        "user_id": user_id,
    }
    names: dict[UUID, dict[str, str]] = {each: {} for each in wanted}
    cursor = await connection.execute(_NAMES, values)
    for row in await cursor.fetchall():
        names[row["transcription_id"]][row["spoken_as"]] = row["speaker"]
    segments: dict[UUID, dict[str, Heard]] = {each: {} for each in wanted}
    cursor = await connection.execute(_EVIDENCE, values)
    for row in await cursor.fetchall():
        heard = Heard(row["segment_id"], row["speaker"], row["spoken_as"], row["text"], row["edited_at"])
        segments[row["transcription_id"]][heard.segment_id] = heard
    return {each: Present(segments[each], names[each]) for each in wanted}


async def newest_transcription(connection: Connection, session_id: UUID) -> UUID | None:
    """The text that a session's summary is of, unless it says otherwise; a complete one if there is any."""
    query = """
        select id from public.transcriptions where session_id = %s
        order by status = 'completed' desc, created_at desc, id limit 1
    """
    cursor = await connection.execute(query, [session_id])
    row = await cursor.fetchone()
    return row["id"] if row else None


async def has_transcription(connection: Connection, session_id: UUID, transcription_id: UUID) -> bool:
    """Whether this text is one of this session."""
    cursor = await connection.execute(
        "select from public.transcriptions where id = %s and session_id = %s", [transcription_id, session_id]
    )
    return await cursor.fetchone() is not None


def _stored(values: Mapping[str, Value]) -> dict[str, object]:
    return {name: Jsonb(value) if isinstance(value, list | dict) else value for name, value in values.items()}

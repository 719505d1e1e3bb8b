"""Reads the versions of a session's transcript and their segments, and revises them."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection

Source = Literal["live", "first_pass", "upload", "retranscription", "import"]
TranscriptionStatus = Literal["pending", "processing", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Transcription:
    """One version of a session's transcript."""

    id: UUID
    session_id: UUID
    source: Source
    content: str
    language: str
    confidence_score: float | None
    stt_model: str | None
    status: TranscriptionStatus
    word_count: int
    is_current: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """What one speaker said in one utterance, as it is now. Times are seconds on the session's clock."""

    id: UUID
    segment_id: str
    revision: int
    speaker: str
    spoken_as: str
    """The speaker as recognition named it."""

    participant_identity: str | None
    track_sid: str | None
    text: str
    start_time: float
    end_time: float
    language: str | None
    confidence_score: float | None
    edited_by: UUID | None
    edited_by_name: str | None
    edited_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """What a segment was, or is."""

    revision: int
    speaker: str
    text: str
    start_time: float
    end_time: float
    made_by: UUID | None
    """None when recognition made it, or when the account is gone."""

    made_by_name: str | None
    """None also when its maker is no longer a member."""

    made_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a segment is to become; None leaves a part as it is."""

    segment_id: str
    revision: int | None = None
    """The one that the change was made from; None when that does not matter."""

    speaker: str | None = None
    text: str | None = None
    start_time: float | None = None
    end_time: float | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a transcription holds, and when any of it last changed."""

    segments: int
    changed_at: datetime | None


_VERSION = """
    select version.id, version.session_id, version.source, version.content, version.language,
      version.confidence_score, version.stt_model, version.status, version.word_count, version.is_current,
      version.created_at, version.updated_at
    from public.transcriptions as version
    join public.session_members as member
      on member.session_id = version.session_id and member.user_id = %(user_id)s
"""
_SEGMENT = """
    select segment.id, segment.segment_id, segment.revision, segment.speaker, segment.spoken_as,
      segment.participant_identity, segment.track_sid, segment.text, segment.start_time, segment.end_time,
      segment.language, segment.confidence_score, segment.edited_by,
      names.name as edited_by_name, segment.edited_at, segment.created_at
    from public.transcript_segments as segment
    join public.session_members as member
      on member.session_id = segment.session_id and member.user_id = %(user_id)s
    left join internal.member_names(
      (select session_id from public.transcriptions where id = %(transcription_id)s)
    ) as names on names.user_id = segment.edited_by
    where segment.transcription_id = %(transcription_id)s
"""


async def current(connection: Connection, session_id: UUID, *, user_id: UUID) -> Transcription | None:
    """The version that stands for the session, if this user is a member of it."""
    query = f"{_VERSION} where version.session_id = %(session_id)s and version.is_current"
    async with connection.cursor(row_factory=class_row(Transcription)) as cursor:
        await cursor.execute(query, {"user_id": user_id, "session_id": session_id})
        return await cursor.fetchone()


async def find(connection: Connection, transcription_id: UUID, *, user_id: UUID) -> Transcription | None:
    """One version, if this user is a member of its session."""
    async with connection.cursor(row_factory=class_row(Transcription)) as cursor:
        await cursor.execute(
            f"{_VERSION} where version.id = %(id)s", {"user_id": user_id, "id": transcription_id}
        )
        return await cursor.fetchone()


async def versions(connection: Connection, session_id: UUID, *, user_id: UUID) -> list[Transcription]:
    """All versions of a session's transcript, newest first."""
    query = (
        f"{_VERSION} where version.session_id = %(session_id)s order by version.created_at desc, version.id"
    )
    async with connection.cursor(row_factory=class_row(Transcription)) as cursor:
        await cursor.execute(query, {"user_id": user_id, "session_id": session_id})
        return await cursor.fetchall()


async def choose(connection: Connection, transcription_id: UUID) -> bool:
    """Let a complete version of one's own session stand for it. Returns whether it does."""
    cursor = await connection.execute(
        "select internal.choose_transcription(%s) as chosen", [transcription_id]
    )
    row = await cursor.fetchone()
    return bool(row and row["chosen"])


async def segments(
    connection: Connection,
    transcription_id: UUID,
    *,
    user_id: UUID,
    limit: int | None = None,
    offset: int = 0,
    with_empty: bool = False,
) -> list[Segment]:
    """The segments of a version in the order they were spoken, those without words only when asked for."""
    query = f"""{_SEGMENT} and (%(with_empty)s or segment.text <> '')
        order by segment.start_time, segment.segment_id limit %(limit)s offset %(offset)s
    """
    values = {"user_id": user_id, "transcription_id": transcription_id, "with_empty": with_empty}
    async with connection.cursor(row_factory=class_row(Segment)) as cursor:
        await cursor.execute(query, values | {"limit": limit, "offset": offset})
        return await cursor.fetchall()


async def segment(
    connection: Connection, transcription_id: UUID, segment_id: str, *, user_id: UUID
) -> Segment | None:
    """One segment of a version."""
    values = {"user_id": user_id, "transcription_id": transcription_id, "segment_id": segment_id}
    async with connection.cursor(row_factory=class_row(Segment)) as cursor:
        await cursor.execute(f"{_SEGMENT} and segment.segment_id = %(segment_id)s", values)
        return await cursor.fetchone()


async def extent(connection: Connection, transcription_id: UUID, *, user_id: UUID) -> Extent:
    """Of the segments with words."""
    query = """
        select count(*) filter (where segment.text <> '') as segments, max(segment.updated_at) as changed_at
        from public.transcript_segments as segment
        join public.session_members as member
          on member.session_id = segment.session_id and member.user_id = %(user_id)s
        where segment.transcription_id = %(transcription_id)s
    """
    values = {"user_id": user_id, "transcription_id": transcription_id}
    async with connection.cursor(row_factory=class_row(Extent)) as cursor:
        await cursor.execute(query, values)
        found = await cursor.fetchone()
    assert found is not None  # noqa: S101 - an aggregate returns one row
    return found


async def revise(connection: Connection, transcription_id: UUID, changes: Sequence[Change]) -> int:
    """Make the changes that the connection's user may make. Returns how many segments now are as asked."""
    array = await asyncio.to_thread(_array, changes)
    cursor = await connection.execute(
        "select internal.revise_segments(%s, %s::jsonb) as done", [transcription_id, array]
    )
    row = await cursor.fetchone()
    return int(row["done"]) if row else 0


def _array(changes: Sequence[Change]) -> str:
    """Of twenty thousand it takes a noticeable while."""
    return json.dumps([asdict(change) for change in changes])


async def history(connection: Connection, segment: UUID, *, user_id: UUID) -> list[Revision]:
    """What a segment was before people changed it, oldest first; without what it is now."""
    query = """
        select past.revision, past.speaker, past.text, past.start_time, past.end_time, past.made_by,
          names.name as made_by_name, past.made_at
        from public.segment_revisions as past
        join public.session_members as member
          on member.session_id = past.session_id and member.user_id = %(user_id)s
        left join internal.member_names(
          (select session_id from public.transcript_segments where id = %(segment)s)
        ) as names on names.user_id = past.made_by
        where past.segment = %(segment)s
        order by past.revision
    """
    async with connection.cursor(row_factory=class_row(Revision)) as cursor:
        await cursor.execute(query, {"user_id": user_id, "segment": segment})
        return await cursor.fetchall()

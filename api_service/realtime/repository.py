"""Reads transcripts as a user, and stores captions as the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection
from api_service.realtime.events import Segment
from shared.contracts.captions import Caption


@dataclass(frozen=True, slots=True)
class SessionClock:
    """What placing a caption needs of a session."""

    zero: datetime
    status: str


async def count_segments(connection: Connection, session_id: UUID) -> int:
    """How many finals of a session were stored while it was live."""
    query = """
        select count(*) as segments
        from public.transcriptions as live
        join public.transcript_segments as segment on segment.transcription_id = live.id
        where live.session_id = %s and live.source = 'live'
    """
    cursor = await connection.execute(query, [session_id])
    row = await cursor.fetchone()
    return int(row["segments"]) if row else 0


async def stored_segments(connection: Connection, session_id: UUID) -> list[Segment]:
    """The finals of a session that were stored while it was live; of one that never was, its transcript."""
    query = """
        select segment.segment_id, segment.revision, true as final, segment.participant_identity,
          segment.speaker, segment.text, segment.start_time as start, segment.end_time as "end",
          segment.language, segment.confidence_score as confidence
        from public.transcript_segments as segment
        where segment.transcription_id = (
          select id from public.transcriptions where session_id = %s and (source = 'live' or is_current)
          order by source = 'live' desc limit 1
        )
    """
    async with connection.cursor(row_factory=class_row(Segment)) as cursor:
        await cursor.execute(query, [session_id])
        return await cursor.fetchall()


async def speaker_names(connection: Connection, session_id: UUID) -> dict[str, str]:
    """The names under which captions of a session come, and those to show instead, where they differ."""
    query = "select spoken_as, speaker from public.session_speakers where session_id = %s"
    cursor = await connection.execute(query, [session_id])
    return {row["spoken_as"]: row["speaker"] for row in await cursor.fetchall()}


async def speaker_names_for_service(connection: Connection, session_id: UUID) -> dict[str, str]:
    """The same as the service, for followers whose right to follow is known already."""
    cursor = await connection.execute("select * from internal.speaker_names(%s)", [session_id])
    return {row["spoken_as"]: row["speaker"] for row in await cursor.fetchall()}


async def store_captions(connection: Connection, captions: Sequence[Caption]) -> None:
    """Keep the finals among these captions; of two versions of a segment the higher revision stays."""
    array = f"[{','.join(caption.model_dump_json() for caption in captions)}]"
    await connection.execute("select internal.store_captions(%s::jsonb)", [array])


async def find_clock(connection: Connection, session_id: UUID) -> SessionClock | None:
    """The clock of a session, for the service; it starts with the session where nobody has met yet."""
    query = "select zero, status from internal.session_clock(%s)"
    async with connection.cursor(row_factory=class_row(SessionClock)) as cursor:
        await cursor.execute(query, [session_id])
        return await cursor.fetchone()


async def take_audio(connection: Connection, session_id: UUID) -> bool:
    """Mark, as the service, that a session has audio. False where recording is turned off."""
    cursor = await connection.execute("select internal.take_audio(%s) as recorded", [session_id])
    row = await cursor.fetchone()
    return bool(row and row["recorded"])


async def clear_live(connection: Connection, session_id: UUID) -> bool:
    """Delete what was captioned in a session. Whether the connection's user owns it."""
    cursor = await connection.execute("select internal.clear_live_transcription(%s) as owned", [session_id])
    row = await cursor.fetchone()
    return bool(row and row["owned"])

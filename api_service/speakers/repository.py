"""Reads who speaks in a session, and renames them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody with a name in the current transcript."""

    speaker: str
    spoken_as: list[str]
    """What recognition called what now has this name; several after speakers were made one."""

    participant_identities: list[str]
    segments: int
    speaking_seconds: float
    first_start: float
    """Seconds on the session's clock."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A segment that has another speaker now."""

    transcription_id: UUID
    segment_id: str


async def in_session(connection: Connection, session_id: UUID, *, user_id: UUID) -> list[Speaker]:
    """The speakers of the current transcript in the order in which they first spoke."""
    query = """
        select segment.speaker, array_agg(distinct segment.spoken_as) as spoken_as,
          coalesce(
            array_agg(distinct segment.participant_identity)
              filter (where segment.participant_identity is not null), '{}'
          ) as participant_identities,
          count(*) as segments,
          sum(greatest(0, segment.end_time - segment.start_time)) as speaking_seconds,
          min(segment.start_time) as first_start
        from public.transcriptions as version
        join public.session_members as member
          on member.session_id = version.session_id and member.user_id = %(user_id)s
        join public.transcript_segments as segment on segment.transcription_id = version.id
        where version.session_id = %(session_id)s and version.is_current
          and segment.text <> '' and segment.speaker <> ''
        group by segment.speaker
        order by first_start, segment.speaker
    """
    async with connection.cursor(row_factory=class_row(Speaker)) as cursor:
        await cursor.execute(query, {"user_id": user_id, "session_id": session_id})
        return await cursor.fetchall()


async def rename(
    connection: Connection, session_id: UUID, *, old: str, new: str, spoken_as: str | None
) -> Sequence[Renamed]:
    """Give a speaker another name, in captions to come too, if the session is one's own."""
    query = "select * from internal.rename_speaker(%s, %s, %s, %s)"
    async with connection.cursor(row_factory=class_row(Renamed)) as cursor:
        await cursor.execute(query, [session_id, old, new, spoken_as])
        return await cursor.fetchall()

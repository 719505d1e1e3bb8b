"""Finds what was said in the sessions of the user of a connection."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """A session whose title has what was asked for."""

    session_id: UUID
    session_at: datetime
    title: str
    matching: list[str]
    """The words of it that were asked for; text in scripts without spaces is not among them."""


@dataclass(frozen=True, slots=True)
class SegmentMatch:
    """A segment of a current transcript that has what was asked for."""

    id: UUID
    session_id: UUID
    session_at: datetime
    title: str
    segment_id: str
    speaker: str
    start_time: float
    end_time: float
    text: str
    matching: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: after a title, or within what was said."""

    session_at: datetime
    session_id: UUID
    start_time: float | None = None
    segment: UUID | None = None


async def titles(connection: Connection, asked: str, *, after: Place | None, limit: int) -> list[TitleMatch]:
    """Sessions by their title, newest first. Here as below, the function asks for the membership."""
    query = "select * from internal.search_titles(%s, %s, %s, %s)"
    values = [asked, after and after.session_at, after and after.session_id, limit]
    async with connection.cursor(row_factory=class_row(TitleMatch)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()


async def segments(
    connection: Connection, asked: str, *, after: Place | None, limit: int
) -> list[SegmentMatch]:
    """What was said, newest session first and then in the order it was said."""
    query = "select * from internal.search_segments(%s, %s, %s, %s, %s, %s)"
    place = (
        [after.session_at, after.session_id, after.start_time, after.segment]
        if after
        else [None, None, None, None]
    )
    async with connection.cursor(row_factory=class_row(SegmentMatch)) as cursor:
        await cursor.execute(query, [asked, *place, limit])
        return await cursor.fetchall()

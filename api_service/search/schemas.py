"""Public JSON of search results."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_service.search.cursor import Cursor
from api_service.search.highlights import snippet
from api_service.search.repository import SegmentMatch, TitleMatch
from api_service.search.service import Page


class SearchResult(BaseModel):
    """Something that was found: a title, or what somebody said."""

    kind: Literal["title", "segment"]
    session_id: UUID
    title: str
    session_created_at: datetime
    segment_id: str | None
    speaker: str | None
    start_time: float | None = Field(description="Seconds on the session's clock")
    end_time: float | None
    snippet: str = Field(description="The title, or the stretch of what was said around the first match")
    matches: list[tuple[int, int]] = Field(
        description="Where in the snippet it lies: from this character up to that one, counted in code points"
    )
    starts_late: bool = Field(description="Whether something was said before the snippet")
    ends_early: bool = Field(description="Whether something was said after it")

    @classmethod
    def of(cls, match: TitleMatch | SegmentMatch, asked: str) -> Self:
        said = match if isinstance(match, SegmentMatch) else None
        part = snippet(said.text if said else match.title, words=match.matching, asked=asked)
        return cls(
            kind="segment" if said else "title",
            session_id=match.session_id,
            title=match.title,
            session_created_at=match.session_at,
            segment_id=said and said.segment_id,
            speaker=said and said.speaker,
            start_time=said and said.start_time,
            end_time=said and said.end_time,
            snippet=part.text,
            matches=part.matches,
            starts_late=part.starts_late,
            ends_early=part.ends_early,
        )


class SearchResponse(BaseModel):
    """Titles first, then what was said; both by the newest session."""

    results: list[SearchResult]
    next_cursor: str | None = Field(description="For the next page; null at the end")

    @classmethod
    def of(cls, page: Page, asked: str) -> Self:
        return cls(
            results=[SearchResult.of(each, asked) for each in page.matches],
            next_cursor=str(Cursor.of(page.ended)) if page.ended else None,
        )

"""Puts titles before what was said, and pages through both."""

from dataclasses import dataclass

from api_service.runtime import Caller
from api_service.search import repository
from api_service.search.repository import Place, SegmentMatch, TitleMatch


@dataclass(frozen=True, slots=True)
class Page:
    """Some results, and where they ended if there are more."""

    matches: list[TitleMatch | SegmentMatch]
    ended: Place | None


async def search(caller: Caller, asked: str, *, after: Place | None, limit: int) -> Page:
    """Titles first, then what was said; both by the newest session."""
    matches: list[TitleMatch | SegmentMatch] = []
    if after is None or after.segment is None:
        matches += await repository.titles(caller.connection, asked, after=after, limit=limit + 1)
        after = None
    if len(matches) <= limit:
        missing = limit + 1 - len(matches)
        matches += await repository.segments(caller.connection, asked, after=after, limit=missing)
    return Page(matches[:limit], _place(matches[limit - 1]) if len(matches) > limit else None)


def _place(match: TitleMatch | SegmentMatch) -> Place:
    if isinstance(match, TitleMatch):
        return Place(match.session_at, match.session_id)
    return Place(match.session_at, match.session_id, match.start_time, match.id)

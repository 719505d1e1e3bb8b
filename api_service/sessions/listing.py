"""What a list of sessions may be asked for, and the cursors that lead from page to page. Pure."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from api_service.sessions.repository import Role, Session, Status

Sort = Literal["created_at", "updated_at", "started_at", "title", "duration_seconds"]
Order = Literal["asc", "desc"]


class BadCursor(ValueError):
    """Not a cursor that a list of ours with this sorting gave."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions; what is empty or None asks for nothing."""

    words: tuple[str, ...] = ()
    """Each of them occurs in the title, the description or a tag."""

    statuses: tuple[Status, ...] = ()
    tags: tuple[str, ...] = ()
    """All of them."""

    language: str | None = None
    """Itself or any of its variants: `zh` finds `zh-CN`."""

    role: Role | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """By one value, and by id where that is the same."""

    by: Sort = "created_at"
    order: Order = "desc"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended. The value is as Postgres reads it; None where the session has none."""

    value: str | None
    id: UUID


def place_of(session: Session, sorting: Sorting) -> Place:
    """The place of a session in a list."""
    match getattr(session, sorting.by):
        case None:
            return Place(None, session.id)
        case datetime() as instant:
            return Place(instant.isoformat(), session.id)
        case value:
            return Place(str(value), session.id)


def cursor_at(place: Place, sorting: Sorting) -> str:
    """A place as a client carries it to its next request."""
    said = json.dumps([sorting.by, sorting.order, place.value, str(place.id)], ensure_ascii=False)
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def place_at(cursor: str, sorting: Sorting) -> Place:
    """The place that a cursor names. Raises BadCursor."""
    try:
        said = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        by, order, value, session_id = said
        place = Place(_value(value, sorting.by), UUID(session_id))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise BadCursor("This is not the cursor of a page that is sorted like this") from None
    if Sorting(by, order) != sorting:
        raise BadCursor("This is not the cursor of a page that is sorted like this")
    return place


def _value(said: str | None, by: Sort) -> str | None:
    """A value of this kind in a form that Postgres reads for certain. Raises ValueError."""
    if said is None:
        return None
    match by:
        case "title":
            if "\x00" in said:
                raise ValueError
            return said.encode().decode()
        case "duration_seconds":
            return repr(float(said))
        case _:
            return datetime.fromisoformat(said).astimezone(UTC).isoformat()

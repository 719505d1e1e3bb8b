"""Cursors lead where they were made for, and nowhere else."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from api_service.sessions.listing import BadCursor, Place, Sort, Sorting, cursor_at, place_at

ID = UUID("6f2a1c7e-90f1-4a55-9d0c-7f3f8a1b2c3d")
NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC).isoformat()


def encoded(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("created_at", NOON),
        ("started_at", None),
        ("title", "会议 «Weekly»  ?&#\U0001f600"),
        ("duration_seconds", "0.1"),
        ("duration_seconds", None),
    ],
)
def test_a_cursor_leads_back_to_its_place(by: Sort, value: str | None) -> None:
    sorting = Sorting(by, "asc")
    cursor = cursor_at(Place(value, ID), sorting)
    assert cursor.isascii()
    assert place_at(cursor, sorting) == Place(value, ID)


@pytest.mark.parametrize("other", [Sorting("title", "desc"), Sorting("created_at", "asc")])
def test_a_cursor_is_of_no_use_in_a_list_that_is_sorted_otherwise(other: Sorting) -> None:
    cursor = cursor_at(Place(NOON, ID), Sorting("created_at", "desc"))
    with pytest.raises(BadCursor):
        place_at(cursor, other)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "é",
        "=",
        encoded(None),
        encoded([]),
        encoded({"a": 1, "b": 2, "c": 3, "d": 4}),
        encoded(["created_at", "desc", NOON, "no id"]),
        encoded(["created_at", "desc", NOON, 7]),
        encoded(["created_at", "desc", "yesterday", str(ID)]),
        encoded(["created_at", "desc", 5, str(ID)]),
        encoded(["created_at", "desc", "0001-01-01T00:00:00+23:00", str(ID)]),
        encoded([["created_at"], "desc", NOON, str(ID)]),
        encoded([[[[]]]] * 400),
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        place_at(cursor, Sorting())


@pytest.mark.parametrize(
    ("by", "value"), [("title", "a\x00"), ("title", "\ud800"), ("duration_seconds", "x")]
)
def test_a_value_that_postgres_would_not_take_is_refused(by: Sort, value: str) -> None:
    with pytest.raises(BadCursor):
        place_at(encoded([by, "desc", value, str(ID)]), Sorting(by))


@pytest.mark.parametrize(("said", "read"), [("1_0", "10.0"), (" 2 ", "2.0")])
def test_what_python_alone_would_read_is_made_plain(said: str, read: str) -> None:
    place = place_at(encoded(["duration_seconds", "desc", said, str(ID)]), Sorting("duration_seconds"))
    assert place.value == read

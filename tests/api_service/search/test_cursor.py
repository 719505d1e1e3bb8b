"""Cursors come back as they were given, and nothing else is one."""

import base64
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from api_service.search.cursor import Cursor
from api_service.search.repository import Place
from shared.errors import BadRequest


@pytest.mark.parametrize("within", [(None, None), (1.25, uuid4())])
def test_a_place_survives_its_cursor(within: tuple[float | None, None]) -> None:
    place = Place(datetime(2026, 11, 21, 1, 2, 3, 456789, tzinfo=UTC), uuid4(), *within)
    assert Cursor.parse(str(Cursor.of(place))).place == place


@pytest.mark.parametrize(
    "text", ["", "x", "é", "e30=", base64.urlsafe_b64encode(b'{"at": 1}').decode(), "%00"]
)
def test_anything_else_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest):
        Cursor.parse(text)

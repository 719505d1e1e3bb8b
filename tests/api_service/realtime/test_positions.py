"""Positions are ordered as Redis orders entries, and nothing else is one."""

import pytest

from api_service.realtime.positions import BEGINNING, Position
from shared.errors import BadRequest


def test_positions_are_ordered_by_time_then_by_number() -> None:
    written = ["9-0", "10-0", "10-2", "10-10", "1700000000000-0"]
    assert [str(each) for each in sorted(map(Position.parse, reversed(written)))] == written


@pytest.mark.parametrize(
    "text", ["", "5", "5-", "-5", "5-5-5", "a-0", "+5-0", " 5-0", "5-0\n", "٥-0", "$", ">", f"{'9' * 19}-0"]
)
def test_anything_else_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest):
        Position.parse(text)


def test_nothing_lies_between_a_position_and_the_one_before() -> None:
    assert Position(10, 3).previous == Position(10, 2)
    assert Position(9, 2**60) < Position(10).previous < Position(10)
    assert BEGINNING.previous <= Position(0, 2**63 - 1)


def test_an_instant_becomes_the_first_position_of_its_millisecond() -> None:
    assert Position.at(1.2345) == Position(1234, 0)
    assert Position(1234, 5).seconds == 1.234

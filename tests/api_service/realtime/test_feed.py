"""The newest entries of a stream, for followers that are anywhere."""

from api_service.realtime.events import Entry
from api_service.realtime.feed import Tail
from api_service.realtime.positions import Position
from tests.api_service.realtime.scripts import event


def entry(milliseconds: int) -> Entry:
    return Entry(Position(milliseconds), event("agent listening"))


def tail(*milliseconds: int, since: int = 0, kept: int = 100) -> Tail:
    built = Tail(Position(since), kept=kept)
    for each in milliseconds:
        built.extend([entry(each)], read_to=Position(each))
    return built


def after(built: Tail, milliseconds: int) -> list[int] | None:
    entries = built.after(Position(milliseconds))
    return None if entries is None else [each.position.milliseconds for each in entries]


def test_a_follower_gets_exactly_what_it_has_not_seen() -> None:
    built = tail(1, 2, 3)
    assert [after(built, seen) for seen in (0, 1, 2, 3, 9)] == [[1, 2, 3], [2, 3], [3], [], []]


def test_a_follower_from_before_the_tail_is_told_that_something_is_missing() -> None:
    assert after(tail(6, 7, since=5), 4) is None
    assert after(tail(6, 7, since=5), 5) == [6, 7]


def test_the_tail_is_bounded_and_knows_what_it_dropped() -> None:
    built = tail(1, 2, 3, 4, 5, kept=2)
    assert after(built, 3) == [4, 5]
    assert after(built, 2) is None


def test_unreadable_entries_are_not_read_again() -> None:
    built = tail(1)
    built.extend([], read_to=Position(2))
    assert built.read_to == Position(2)
    assert after(built, 1) == []

"""Segments that are heard again and keep their ids."""

from api_service.second_pass.matching import Heard, Kept, Known, Stretch, matched

ALL = [Stretch(0.0, 10_000.0)]


def known(segment_id: str, start: float, end: float, *, edited: bool = False) -> Known:
    return Known(segment_id, Stretch(start, end), edited)


def test_what_is_heard_at_the_same_place_keeps_its_id() -> None:
    assert matched([known("a", 1.0, 3.0)], [Stretch(1.1, 3.2)], recorded=ALL) == [Heard(0, "a")]


def test_what_is_heard_elsewhere_is_new_and_what_is_not_heard_again_goes() -> None:
    assert matched([known("a", 1.0, 3.0)], [Stretch(5.0, 6.0)], recorded=ALL) == [Heard(0, None)]


def test_a_segment_that_is_heard_as_two_gives_its_id_to_the_longer_part() -> None:
    heard = [Stretch(1.0, 2.0), Stretch(2.0, 5.0)]
    assert matched([known("a", 1.0, 5.0)], heard, recorded=ALL) == [Heard(0, None), Heard(1, "a")]


def test_two_that_are_heard_as_one_give_it_one_id() -> None:
    before = [known("a", 1.0, 2.0), known("b", 2.2, 5.0)]
    assert matched(before, [Stretch(1.0, 5.0)], recorded=ALL) == [Heard(0, "b")]


def test_no_id_is_given_twice_and_neighbours_keep_theirs() -> None:
    before = [known("a", 0.0, 2.0), known("b", 2.0, 4.0), known("c", 4.0, 6.0)]
    heard = [Stretch(0.1, 1.9), Stretch(2.1, 3.9), Stretch(4.1, 6.4)]
    assert matched(before, heard, recorded=ALL) == [Heard(0, "a"), Heard(1, "b"), Heard(2, "c")]


def test_what_people_wrote_stays_and_stands_for_what_is_heard_there() -> None:
    before = [known("a", 1.0, 3.0, edited=True), known("b", 4.0, 6.0)]
    heard = [Stretch(1.0, 2.9), Stretch(4.0, 6.0)]
    assert matched(before, heard, recorded=ALL) == [Kept("a"), Heard(1, "b")]


def test_edits_that_overlap_cover_each_second_once() -> None:
    before = [known("a", 0.0, 2.0, edited=True), known("b", 0.0, 2.0, edited=True)]
    assert Heard(0, None) in matched(before, [Stretch(0.0, 6.0)], recorded=ALL)


def test_what_was_not_recorded_stays_though_it_is_not_heard_again() -> None:
    before = [known("a", 1.0, 3.0), known("b", 11.0, 13.0)]
    assert matched(before, [], recorded=[Stretch(10.0, 20.0)]) == [Kept("a")]


def test_twenty_thousand_segments_are_matched() -> None:
    before = [known(str(number), 3.0 * number, 3.0 * number + 2.5) for number in range(20_000)]
    result = matched(before, [segment.place for segment in before], recorded=[Stretch(0.0, 60_000.0)])
    assert result == [Heard(number, str(number)) for number in range(20_000)]

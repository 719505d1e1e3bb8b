"""Word errors and delays, on meetings that a person can read."""

import pytest

from embedded.demo.measure import Final, follow, percentile, word_error_rate, words
from embedded.demo.script import Line, Turn


def turn(speaker: str, start: float, end: float) -> Turn:
    return Turn(Line(speaker=speaker, text="..."), start, end)


def final(speaker: str, text: str, start: float, end: float, *, seen_at: float) -> Final:
    return Final(speaker, text, start, end, seen_at)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Good morning, everyone!", "good morning everyone"),
        ("10 pages of 25", "ten pages of twenty five"),
        ("30%", "thirty"),
        ("It's 2026.", "its 2026"),
        ("follow-up", "follow up"),
    ],
)
def test_text_is_compared_without_its_dress(written: str, compared: str) -> None:
    assert words(written) == compared


def test_a_word_under_the_wrong_name_counts_twice() -> None:
    said = {"ada": "one two", "bob": "three four"}
    assert word_error_rate(said, {"ada": "One. Two.", "bob": "Three, four"}) == 0
    assert word_error_rate(said, {"ada": "one", "bob": "two three four"}) == 0.5


def test_who_was_not_heard_at_all_has_every_word_wrong() -> None:
    assert word_error_rate({"ada": "one two"}, {}) == 1


def test_the_delay_of_a_turn_is_that_of_its_last_caption() -> None:
    captions = [
        final("ada", "Good.", 0.9, 1.6, seen_at=2.2),
        final("ada", "Let us begin.", 2.0, 4.0, seen_at=4.75),
    ]
    (heard,) = follow([turn("ada", 1.0, 4.0)], captions)
    assert heard.text == "Good. Let us begin."
    assert heard.delay_seconds == 0.75


def test_captions_of_an_overlap_stay_with_their_speakers() -> None:
    turns = [turn("ada", 0, 4), turn("bob", 3, 6), turn("ada", 6, 8)]
    captions = [
        final("bob", "two", 2.9, 6.2, seen_at=6.5),
        final("ada", "one", 0.1, 4.1, seen_at=4.5),
        final("ada", "three", 6.0, 8.1, seen_at=8.5),
    ]
    assert [each.text for each in follow(turns, captions)] == ["one", "two", "three"]


def test_a_turn_without_a_caption_has_no_delay() -> None:
    heard = follow([turn("ada", 0, 1), turn("bob", 2, 3)], [final("ada", "one", 0, 1, seen_at=1.5)])
    assert [each.delay_seconds for each in heard] == [0.5, None]


def test_no_values_have_no_percentile() -> None:
    assert percentile([], 50) is None
    assert percentile([1.0, 2.0], 50) == 1.5

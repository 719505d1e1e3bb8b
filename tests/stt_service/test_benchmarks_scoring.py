"""Errors are counted in what was heard, not in how it is written."""

import pytest

from benchmarks.scoring import error_percent, normalised


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("forty two", "42"),
        ("the forty-two line bible", "the 42 line bible"),
        ("fourteen fifty five", "1455"),
        ("twenty twenty one", "2021"),
        ("two thousand three hundred", "2,300"),
        ("one million two hundred thousand", "1200000"),
        ("nineteen hundred", "1900"),
    ],
)
def test_a_number_is_the_same_in_words_and_digits(spoken: str, written: str) -> None:
    assert normalised(spoken, language="en") == normalised(written, language="en")


def test_case_punctuation_and_fillers_are_no_errors() -> None:
    assert error_percent(["Well, uh, DON'T ask!"], ["well don’t ask"], language="en") == 0


def test_words_are_counted_over_all_recordings() -> None:
    assert error_percent(["a b c", "d"], ["a b", "d"], language="en") == 25


def test_chinese_is_counted_in_characters() -> None:
    assert error_percent(["你好，世界。"], ["你 好 世 间"], language="zh") == 25

"""Numbers are the same in digits and in words."""

import pytest

from api_service.minutes.writing.numerals import heard, written


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("twenty five people", "25"),
        ("twenty-five people", "25"),
        ("two thousand five hundred euros", "2500"),
        ("twenty five hundred euros", "2500"),
        ("one hundred and four", "104"),
        ("three million two hundred thousand", "3200000"),
        ("in twenty twenty six", "2026"),
        ("nineteen eighty four", "1984"),
        ("on the twenty first", "21"),
        ("half past two", "30"),
        ("1,200 euros", "1200"),
        ("二十五个人", "25"),
        ("两千五百块", "2500"),
        ("三百二十万", "3200000"),
        ("二零二六年", "2026"),
        ("两点半", "30"),
        ("１２个", "12"),
    ],
)
def test_what_is_said_in_words_may_be_written_in_digits(said: str, meant: str) -> None:
    assert meant in heard(said)


def test_what_nobody_said_is_not_heard() -> None:
    assert heard("twenty five people on Friday") == {"20", "5", "25"}
    assert heard("nobody counted") == set()


def test_written_numbers_have_one_form() -> None:
    assert written("1,200 at 09:30, 3.5 and 12,5") == {"1200", "9", "30", "3", "5", "12"}

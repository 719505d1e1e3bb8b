"""The numbers in a text, in digits and in English and Chinese words. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

_DIGITS = re.compile(r"\d{1,3}(?:[,'’ ]\d{3})+(?!\d)|\d+")
_NOT_DIGIT = re.compile(r"\D")
_WORD = re.compile(r"[a-z]+")
_CHINESE = re.compile("[零〇一二两三四五六七八九十百千万亿半]+")
_ENGLISH = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000,
    "million": 1_000_000, "billion": 1_000_000_000,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
    "thirtieth": 30,
}  # fmt: skip
_LOOSE = {"half": (30, 50), "quarter": (15, 25), "quarters": (75,), "dozen": (12,), "couple": (2,)}
_JOINING = frozenset({"and"})
_CHINESE_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE_GROUPS = {"万": 10_000, "亿": 100_000_000}


def written(text: str) -> set[str]:
    """In digits, without separators and leading zeros: `1,000` is 1000, `10:30` is 10 and 30."""
    found = _DIGITS.findall(unicodedata.normalize("NFKC", text))
    return {_NOT_DIGIT.sub("", each).lstrip("0") or "0" for each in found}


def heard(text: str) -> set[str]:
    """All that may be meant by what is written and what is said, rather too many than too few."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return written(plain) | set(_english(plain)) | set(_chinese(plain))


def _english(text: str) -> Iterator[str]:
    words = [word for word in _WORD.findall(text) if word not in _JOINING]
    for word in words:
        yield from map(str, _LOOSE.get(word, ()))
    for is_number, run in groupby(words, key=lambda word: word in _ENGLISH):
        if is_number:
            yield from _of_run([_ENGLISH[word] for word in run])


def _of_run(values: Sequence[int]) -> Iterator[str]:
    """`twenty five` is 25, 20 and 5; `twenty twenty six` is also 2026."""
    yield from map(str, values)
    numbers = list(_composed(values))
    yield from map(str, numbers)
    yield "".join(map(str, numbers))


def _composed(values: Sequence[int]) -> Iterator[int]:
    total, current = 0, None
    for value in values:
        if value >= 1000:
            total, current = total + (current or 1) * value, None
        elif value == 100:
            current = (current or 1) * 100
        elif current is None:
            current = value
        elif (current % 100 >= 20 and current % 10 == 0 and value < 10) or (current and current % 100 == 0):
            current += value
        else:
            yield total + current
            total, current = 0, value
    yield total + (current or 0)


def _chinese(text: str) -> Iterator[str]:
    for run in _CHINESE.findall(text):
        digits = [_CHINESE_DIGITS[each] for each in run if each in _CHINESE_DIGITS]
        yield from map(str, digits)
        yield "".join(map(str, digits)).lstrip("0")
        yield str(_chinese_value(run))
        if "半" in run:
            yield from ("30", "50")


def _chinese_value(run: str) -> int:
    total = section = digit = 0
    for character in run:
        if character in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[character]
        elif character in _CHINESE_UNITS:
            section += (digit or 1) * _CHINESE_UNITS[character]
            digit = 0
        elif character in _CHINESE_GROUPS:
            total += (section + digit or 1) * _CHINESE_GROUPS[character]
            section = digit = 0
    return total + section + digit

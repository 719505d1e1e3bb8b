"""The numbers in a text, in digits and in English and Chinese words. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

_DIGITS = re.compile(r"\d{1,3}(?:[,'’ ]\d{3})+(?!\d)|\d+")
_NOT_DIGIT = re.compile(r"\D")
_WORD = re.compile(r"[a-z]+")
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
_ANY = "|".join(sorted(_ENGLISH, key=len, reverse=True))
ENGLISH_RUN = re.compile(rf"\b(?:{_ANY})(?:[\s-]+(?:and\s+)?(?:{_ANY}))*\b")
"""`two thousand and five`, in small letters."""

SCALES = {
    "hundred": 100, "thousand": 1000, "k": 1000, "million": 1_000_000, "mn": 1_000_000, "m": 1_000_000,
    "billion": 1_000_000_000, "bn": 1_000_000_000,
}  # fmt: skip
SCALED = re.compile(
    r"(?<!\d)(?P<whole>\d{1,3}(?:[,'’ ]\d{3}){1,4}(?!\d)|\d{1,15}(?!\d))(?:[.,](?P<fraction>\d{1,6})(?!\d))?"
    r"(?:(?:\s|-)?(?P<scale>hundred|thousand|million|billion|bn|mn|k|m)(?![a-z]))?"
)
_LOOSE = {
    "quarter": (15, 25), "quarters": (75,), "dozen": (12,), "couple": (2,), "pair": (2,),
    "both": (2,), "twice": (2,), "double": (2,), "fortnight": (2, 14), "triple": (3,),
}  # fmt: skip
HALF = "half"
"""Among what was heard: `three and a half` is 3.5."""

_RANGE = re.compile(r"\s*(?:to|or|-|–)\s*")
_CHINESE_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_CHINESE_GROUPS = {"万": 10_000, "亿": 100_000_000}
CHINESE_RUN = re.compile(
    "(?:[零〇一二两三四五六七八九十百千万亿]|(?<![0-9])[0-9]{1,9}(?:[.][0-9]{1,6})?(?=[十百千万亿]))+(?:(?<=[百千万亿])[0-9](?![0-9]))?"
)
_FEW_DIGITS = 2
_CHINESE_TOKEN = re.compile("[0-9]+(?:[.][0-9]+)?|.")


def plain(text: str) -> str:
    """With one form of each character, in small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def written(text: str) -> set[str]:
    """In digits, without separators and leading zeros: `1,000` is 1000, `10:30` is 10 and 30."""
    found = _DIGITS.findall(unicodedata.normalize("NFKC", text))
    return {bare(each) for each in found}


def bare(digits: str) -> str:
    """As all numbers are written here."""
    return _NOT_DIGIT.sub("", digits).lstrip("0") or "0"


def heard(text: str) -> set[str]:
    """All that may be meant by what is written and what is said, rather too many than too few."""
    text = plain(text)
    loose = {str(value) for word in _WORD.findall(text) for value in _LOOSE.get(word, ())}
    halves = {"30", "50", HALF} if "半" in text or "half" in text else set()
    return written(text) | set(_scaled(text)) | set(_english(text)) | set(_chinese(text)) | loose | halves


def is_number(word: str) -> bool:
    """Whether it is nothing but a number, in words."""
    return bool(ENGLISH_RUN.fullmatch(word.lower()) or CHINESE_RUN.fullmatch(word))


def english_values(run: str) -> list[int]:
    """Of an ENGLISH_RUN, word by word."""
    return [_ENGLISH[word] for word in _WORD.findall(run) if word in _ENGLISH]


def composed(values: Sequence[int]) -> Iterator[int]:
    """`two thousand five hundred` is one number, `twenty twenty six` are two."""
    total, current = 0, None
    for value in values:
        if value >= 1000:
            total, current = total + (current or 1) * value, None
        elif value == 100 and (current or 1) < 100:
            current = (current or 1) * 100
        elif current is None:
            current = value
        elif (current % 100 >= 20 and current % 10 == 0 and value < 10) or (current and current % 100 == 0):
            current += value
        else:
            yield total + current
            total, current = 0, value
    yield total + (current or 0)


def chinese_values(run: str) -> list[int]:
    """What a CHINESE_RUN with units may be: `两千五` is 2500 to most, and 2005 to some."""
    value, last_unit, digit = _chinese_value(run)
    told = [value]
    if digit and last_unit >= 100 and not set(run) & set("零〇"):
        told.append(value - digit + digit * last_unit // 10)
    return told


def chinese_digits(run: str) -> list[int]:
    return [_CHINESE_DIGITS[each] for each in run if each in _CHINESE_DIGITS]


def scaled(whole: str, fraction: str | None, scale: int) -> str:
    """`2.5` million as it would be written out."""
    value = int(bare(whole) + (fraction or "")) * scale
    return str(value // 10 ** len(fraction or ""))


def _scaled(text: str) -> Iterator[str]:
    """`3 million` is 3,000,000, and `3 to 4 million` is both."""
    found = list(SCALED.finditer(text))
    for each in found:
        if each["scale"]:
            yield scaled(each["whole"], each["fraction"], SCALES[each["scale"]])
    for one, other in pairwise(found):
        if other["scale"] and not one["scale"] and _RANGE.fullmatch(text[one.end() : other.start()]):
            yield scaled(one["whole"], one["fraction"], SCALES[other["scale"]])


def _english(text: str) -> Iterator[str]:
    runs = list(ENGLISH_RUN.finditer(text))
    for run in runs:
        values = english_values(run[0])
        numbers = list(composed(values))
        yield from map(str, [*values, *numbers])
        # `twenty twenty six` is also 2026.
        yield "".join(map(str, numbers))
        if re.match(r" k\b", text[run.end() :]):
            yield str(numbers[-1] * 1000)
    for one, other in pairwise(runs):
        largest = max(english_values(other[0]))
        if largest >= 100 and _RANGE.fullmatch(text[one.end() : other.start()]):
            yield from (str(number * largest) for number in composed(english_values(one[0])))


def _chinese(text: str) -> Iterator[str]:
    for match in CHINESE_RUN.finditer(text):
        run = match[0]
        digits = chinese_digits(run)
        if len(run) <= _FEW_DIGITS:  # `三四个` is three or four
            yield from map(str, digits)
        if set(run) & set("十百千万亿"):
            yield from map(str, chinese_values(run))
        else:
            yield "".join(map(str, digits)).lstrip("0") or "0"


def _chinese_value(run: str) -> tuple[int, int, int]:
    """With the last unit, and the digit that stands alone after it."""
    total = section = digit = 0.0
    unit = 0
    for token in _CHINESE_TOKEN.findall(run):
        if token in _CHINESE_UNITS:
            unit = _CHINESE_UNITS[token]
            section += (digit or 1) * unit
            digit = 0
        elif token in _CHINESE_GROUPS:
            unit = _CHINESE_GROUPS[token]
            total += (section + digit or 1) * unit
            section = digit = 0
        else:
            digit = _number(token)
    return round(total + section + digit), unit, round(digit)


def _number(token: str) -> float:
    return float(_CHINESE_DIGITS.get(token, token))

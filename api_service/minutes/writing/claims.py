"""The numbers that a sentence claims, and whether they were heard. Pure.

Small ones may be the writer's own count, `two reasons`, unless they measure something.
"""

import re
from collections.abc import Iterator

from api_service.minutes.writing import numerals
from api_service.minutes.writing.numerals import CHINESE_RUN, ENGLISH_RUN, SCALED, SCALES

Claim = list[set[str]]
"""Ways of saying it; it was heard if all numbers of one of them were."""

_TIME = re.compile(r"\b(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?!\d)(?:\s?[ap]\.?m\b)?")
_LONG = re.compile(r"\d{16,}")
_HOUR = re.compile(r"\s?[ap]\.?m\b")
_UNIT = re.compile(
    r"\s*-?\s*(?:[%€$£¥]|(?:percent|per cent|euros?|dollars?|pounds?|cents?|bucks|usd|eur|gbp|rmb|yuan"
    r"|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|o'clock|[ap]\.?m|times|kilos?|kg|km|miles?"
    r"|met(?:er|re)s?|[mgt]b)\b"
    r"|个?(?:月|星期|小时|礼拜|工作日|季度)|[元块钱天周年日号秒倍成折]|分钟|美元|欧元|点[半钟整前])"
)
_MEASURED = re.compile(
    r"(?:\b(?:january|february|march|april|may|june|july|august|september|october|november|december|phase"
    r"|version|option|room|sprint|floor|quarter|week|day)\s|周|星期|礼拜)$"
)
_IDIOM = re.compile("百分之|千分之|万一|千万|十分(?![之钟])|一一|半")
LARGEST_COUNT = 3
_ALWAYS_COUNT = 1
_HOURS, _HALF_DAY, _LAST_QUARTER = 24, 12, 45


def is_borne_out(text: str, heard: set[str]) -> bool:
    """Whether every number that a text claims is among those that were heard."""
    return all(any(way <= heard for way in claim) for claim in _claims(numerals.plain(text)))


def _claims(text: str) -> Iterator[Claim]:
    for time in _TIME.finditer(text):
        yield list(_times(int(time["hour"]), int(time["minute"])))
    text = _TIME.sub(" ", text)
    text = _IDIOM.sub(lambda found: " " * len(found[0]), text)
    for run in CHINESE_RUN.finditer(text):
        yield from _chinese(run[0], text[: run.start()], text[run.end() :])
    text = CHINESE_RUN.sub(lambda found: " " * len(found[0]), text)
    for digits in _LONG.findall(text):
        yield [{numerals.bare(digits)}]
    for number in SCALED.finditer(text):
        yield from _digits(number, text[: number.start()], text[number.end() :])
    for run in ENGLISH_RUN.finditer(text):
        yield from _english(run[0], text[: run.start()], text[run.end() :])


def _times(hour: int, minute: int) -> Iterator[set[str]]:
    for each in {hour, (hour + _HALF_DAY) % _HOURS}:
        yield {str(each), str(minute)} - {"0"}
        if minute == _LAST_QUARTER:
            yield {str(each + 1), "15"}


def _digits(number: re.Match[str], before: str, after: str) -> Iterator[Claim]:
    whole, fraction, scale = number["whole"], number["fraction"], number["scale"]
    if scale is None and not fraction:
        if not _is_count(int(numerals.bare(whole)), before, after):
            later = {str(int(numerals.bare(whole)) + _HALF_DAY)} if _HOUR.match(after) else set()
            yield [{numerals.bare(whole)}, *([later] if later else [])]
        return
    size = SCALES[scale] if scale else 1
    parts = {numerals.bare(whole), *({str(size)} if scale else ())}
    ways = [{numerals.scaled(whole, fraction, size)}] if scale else []
    if fraction:
        ways.append((parts | {numerals.bare(fraction)}) - {"0"})
    if fraction == "5":
        ways.append((parts | {numerals.HALF}) - {"0"})
    if scale == "m":  # or it is metres
        ways.append({numerals.bare(whole)})
    yield ways


def _english(run: str, before: str, after: str) -> Iterator[Claim]:
    numbers = list(numerals.composed(numerals.english_values(run)))
    last = numbers[-1]
    said = {
        str(each)
        for each in numbers
        if not _is_count(each, before if len(numbers) == 1 else "", after if each == last else "")
    }
    if said:
        yield [said, {"".join(map(str, numbers))}]


def _chinese(run: str, before: str, after: str) -> Iterator[Claim]:
    digits = numerals.chinese_digits(run)
    is_measured = bool(_UNIT.match(after))
    if not set(run) - set("百千万亿") and not is_measured:
        return  # as in words such as 百货
    if set(run) & set("十百千万亿"):
        yield [{str(value)} for value in numerals.chinese_values(run)]
    elif len(digits) > 1:
        yield [{"".join(map(str, digits)).lstrip("0")}, {str(digit) for digit in digits}]
    elif digits and not _is_count(digits[0], before, after):
        yield [{str(digits[0])}]


def _is_count(value: int, before: str, after: str) -> bool:
    """Whether the writer may have counted himself."""
    if value > LARGEST_COUNT:
        return False
    if before.endswith(("$", "€", "£", "¥")) or re.search(r"[a-z]$", before):
        return False
    return value <= _ALWAYS_COUNT or not (_UNIT.match(after) or _MEASURED.search(before))

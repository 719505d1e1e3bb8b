"""Times that stand beside what was said: `00:12`, `[00:00:10]`, `(10:02 AM)`. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

_CLOCK = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[.,:]\d{1,3})?(?:\s?[AaPp]\.?[Mm]\b\.?)?"
_DATE = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:,\s*|\s+|T))?"
BARE = rf"{_DATE}{_CLOCK}(?:\s*(?:-->|[-–—~,]|to)\s*{_CLOCK})?"
BRACKETED = rf"(?:\[\s*{BARE}\s*\]|\(\s*{BARE}\s*\)|（\s*{BARE}\s*）|【\s*{BARE}\s*】)"

_LEADING_BRACKETED = re.compile(rf"{BRACKETED}\s*(?:[-–—|:：]\s)?\s*")
_LEADING_BARE = re.compile(rf"{BARE}(?:\s+(?:[-–—|]\s+)?|$)")
_WITH_SECONDS = re.compile(r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,3})?")
_FIRST = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?")

_LEAST_STAMPED = 3


def without_bracketed(line: str) -> str:
    """A line without a time in brackets before it, which nobody says."""
    found = _LEADING_BRACKETED.match(line)
    return line[found.end() :] if found else line


def without_bare(line: str) -> str | None:
    """What follows a time without brackets, which may be part of what was said; None if there is none."""
    found = _LEADING_BARE.match(line)
    return line[found.end() :] if found else None


def is_only_a_stamp(line: str) -> bool:
    """With seconds of an hour: nobody says that alone."""
    return bool(_WITH_SECONDS.fullmatch(line))


def are_stamped(lines: Sequence[str]) -> bool:
    """Whether times before lines are theirs: on most of them, and never going back."""
    times = [_seconds(line) for line in lines if without_bare(line) is not None]
    often = len(times) >= _LEAST_STAMPED and 2 * len(times) >= len(lines)
    return often and all(one <= other for one, other in pairwise(times))


def _seconds(line: str) -> int:
    found = _FIRST.search(line)
    if found is None:
        return 0
    one, two, three = found.groups()
    return int(one) * 3600 + int(two) * 60 + int(three) if three else int(one) * 60 + int(two)

"""Where in a text the things lie that were asked for. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_UNSPACED = re.compile(
    "[\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_LONGEST = 200
_LEAD = 60
"""Letters before the first match, where a text is too long to be shown."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a text, and the matches in it as offsets of characters: from, and up to."""

    text: str
    matches: list[tuple[int, int]]
    starts_late: bool
    ends_early: bool


def snippet(text: str, *, words: Iterable[str], asked: str) -> Snippet:
    """The stretch around the first match."""
    found = _found(text, words, _UNSPACED.findall(unicodedata.normalize("NFKC", asked)))
    begin = 0
    if len(text) > _LONGEST and found and found[0][0] > _LEAD:
        begin = min(found[0][0] - _LEAD, len(text) - _LONGEST)
        begin = max(begin, text.rfind(" ", 0, begin + _LEAD // 2) + 1 if " " in text[begin:] else begin)
    end = min(len(text), begin + _LONGEST)
    inside = [(start - begin, min(stop, end) - begin) for start, stop in found if begin <= start < end]
    return Snippet(text[begin:end], inside, begin > 0, end < len(text))


def _found(text: str, words: Iterable[str], runs: Sequence[str]) -> list[tuple[int, int]]:
    """All matches in order, those that touch each other as one."""
    patterns = [rf"(?<!\w){re.escape(word)}(?!\w)" for word in words] + [re.escape(run) for run in runs]
    places = sorted(match.span() for each in patterns for match in re.finditer(each, text, re.IGNORECASE))
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined

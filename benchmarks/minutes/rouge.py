"""ROUGE: how many words, pairs and sequences of them a summary shares with one that a person wrote."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from rapidfuzz.distance import LCSseq

_Counted = TypeVar("_Counted")
_WORD = re.compile(r"[a-z0-9]+|[\u3040-\u9fff]")
"""Each Chinese character counts as a word, as is usual."""


@dataclass(frozen=True, slots=True)
class Rouge:
    """F-measures in percent."""

    one: float
    two: float
    longest: float


def rouge(summary: str, references: Sequence[str]) -> Rouge:
    """Against the nearest of several references, measure by measure. Without stems, and stop words count."""
    found = _words(summary)
    each = [_against(found, _words(reference)) for reference in references]
    return Rouge(*(max(measure) for measure in zip(*each, strict=True)))


def _against(found: list[str], wanted: list[str]) -> tuple[float, float, float]:
    return (
        _f(_shared(Counter(found), Counter(wanted)), len(found), len(wanted)),
        _f(_shared(Counter(pairwise(found)), Counter(pairwise(wanted))), len(found) - 1, len(wanted) - 1),
        _f(LCSseq.similarity(found, wanted), len(found), len(wanted)),
    )


def _shared(found: Counter[_Counted], wanted: Counter[_Counted]) -> int:
    return (found & wanted).total()


def _f(shared: int, found: int, wanted: int) -> float:
    """The harmonic mean of precision and recall."""
    return 200 * shared / (found + wanted) if shared else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())

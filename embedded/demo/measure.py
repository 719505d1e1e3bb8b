"""What a meeting was like: how many words were wrong, and how long captions took. Pure functions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jiwer
import numpy as np

from embedded.demo.script import Turn

_SMALL = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True, slots=True)
class Final:
    """A final caption: which audio it stands for, and when it was on the screen. One clock for all three."""

    speaker: str
    text: str
    start: float
    end: float
    seen_at: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A turn of the script and what became of it."""

    turn: Turn
    text: str
    delay_seconds: float | None
    """From the turn's last audible sample to its last final caption; None when it got none."""


def words(text: str) -> str:
    """Text as it is compared: small letters, no punctuation, numbers below a hundred as words."""
    spelled = re.sub(r"\d+", lambda match: f" {_number(match[0])} ", text.lower())
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", spelled.replace("'", "")).split())


def word_error_rate(said: Mapping[str, str], heard: Mapping[str, str]) -> float:
    """Wrong words of all speakers together, each speaker's words compared with their own."""
    speakers = list(said)
    references = [words(said[speaker]) for speaker in speakers]
    return float(jiwer.wer(references, [words(heard.get(speaker, "")) for speaker in speakers]))


def follow(turns: Sequence[Turn], finals: Sequence[Final]) -> list[Heard]:
    """Bring every caption to the turn of its speaker that it covers most of."""
    captions: list[list[Final]] = [[] for _ in turns]
    for final in sorted(finals, key=lambda final: final.start):
        own = [index for index, turn in enumerate(turns) if turn.line.speaker == final.speaker]
        if own:
            captions[max(own, key=lambda index: _overlap(turns[index], final))].append(final)
    return [_heard(turn, found) for turn, found in zip(turns, captions, strict=True)]


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Linear between the two nearest values; None when there are none."""
    return float(np.percentile(values, percent)) if values else None


def _heard(turn: Turn, finals: Sequence[Final]) -> Heard:
    delay = max(final.seen_at for final in finals) - turn.end if finals else None
    return Heard(turn, " ".join(final.text for final in finals), delay)


def _overlap(turn: Turn, final: Final) -> float:
    """Seconds that both cover; where they do not meet, the gap between them as a negative number."""
    return min(turn.end, final.end) - max(turn.start, final.start)


def _number(digits: str) -> str:
    value = int(digits)
    if value < 20:
        return _SMALL[value]
    if value < 100:
        return f"{_TENS[value // 10]} {_SMALL[value % 10] if value % 10 else ''}"
    return digits

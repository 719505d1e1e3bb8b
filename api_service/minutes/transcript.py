"""A transcript as minutes are made of it, and its sentences. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api_service.minutes.pasting.reading import read

_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])\s*|\n+")
_ABBREVIATED = re.compile(r"\b(?:mr|mrs|ms|dr|prof|vs|etc|no|e\.g|i\.e)\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A segment; positions are seconds from the beginning of the session."""

    segment_id: str
    speaker: str
    text: str
    start: float
    end: float
    spoken_as: str = ""
    """As recognition called the speaker; empty when nobody is named."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of one segment, exactly as they stand there."""

    text: str
    said: Said
    position: int
    """Of its segment in the transcript."""


def sentences(transcript: Sequence[Said]) -> list[Sentence]:
    """In the order in which they were said."""
    return [
        Sentence(text, said, position)
        for position, said in enumerate(transcript)
        for text in _sentences(said.text)
    ]


def of_text(text: str) -> list[Said]:
    """A transcript that somebody has pasted; with times where it tells them from the beginning on."""
    return [
        Said(f"line-{number}", row.speaker or "", row.text, row.start, row.end)
        for number, row in enumerate(read(text), start=1)
    ]


def _sentences(text: str) -> Iterator[str]:
    begun = ""
    position = 0
    for end in [*_ENDS.finditer(text), None]:
        begun = text[position : end.start() if end else len(text)].strip()
        if end and _ABBREVIATED.search(begun):
            continue
        if begun:
            yield begun
        position = end.end() if end else len(text)

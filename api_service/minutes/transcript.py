"""A transcript as minutes are made of it, and its sentences. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])\s*|\n+")
_ABBREVIATED = re.compile(r"\b(?:mr|mrs|ms|dr|prof|vs|etc|no|e\.g|i\.e)\.$", re.IGNORECASE)
_SPEAKER_LINE = re.compile(r"(?P<speaker>[^\s:：.!?。！？][^:：.!?。！？]{0,39})[:：](?!//)\s*")
_SPEAKERS_IN_LINE = re.compile(r"(?<=[.!?。！？])\s+(?=[A-Z][\w'-]{0,30}(?: [A-Z][\w'-]{0,30})?: )")


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
    """A transcript without times, a segment a line; `Name: words` names the speaker, also within a line."""
    said: list[Said] = []
    for line in _SPEAKERS_IN_LINE.sub("\n", text).splitlines():
        named = _SPEAKER_LINE.match(line.strip())
        words = line.strip()[named.end() :] if named else line.strip()
        if words:
            speaker = named["speaker"].strip() if named else ""
            said.append(Said(f"line-{len(said) + 1}", speaker, words, 0.0, 0.0))
    return said


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

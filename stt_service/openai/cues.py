"""Subtitles that people can read: what was said in pieces of two short lines."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.contracts.stt import Segment, Word
from shared.text import spaceless
from shared.words import spelled

_COLUMNS = 42
_MAX_SECONDS = 7.0
_ENDS = (".!?。！？…", ",;:，；：、")
"""After what a cue ends best, and second best."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown together, in seconds from the beginning of the audio."""

    start: float
    end: float
    lines: tuple[str, ...]


def cues(segments: Sequence[Segment], words: Sequence[Word]) -> Iterator[Cue]:
    """Segments, cut where they are more than two lines, or stand for longer than anybody looks at two lines.

    Where the times of words are not known, only what is too much to read is cut, as if evenly spoken.
    """
    tidy = [each.model_copy(update={"text": " ".join(each.text.split())}) for each in segments]
    for segment, its_words in zip(tidy, spelled(tidy, words), strict=True):
        left = its_words or _evenly_spoken(segment)
        if _fits(left) or (not its_words and _is_short(_wrapped(segment.text))):
            yield Cue(segment.start, segment.end, _wrapped(segment.text))
            continue
        while left:
            count = _count(left)
            yield Cue(left[0].start, left[count - 1].end, _wrapped(_text(left[:count])))
            left = left[count:]


def _evenly_spoken(segment: Segment) -> list[Word]:
    texts = re.findall(r"[^\s\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]+\s*|\S\s*", segment.text)
    seconds = (segment.end - segment.start) / max(1, _width(segment.text))
    words, start = [], segment.start
    for text in texts:
        end = start + _width(text) * seconds
        words.append(Word(text=text, start=start, end=end))
        start = end
    return words


def _count(words: list[Word]) -> int:
    """How many words the next cue takes: all that fit, or fewer where a sentence or a clause ends."""
    most = 1
    while most < len(words) and _fits(words[: most + 1]):
        most += 1
    if most == len(words):
        return most
    for marks in _ENDS:
        for count in range(most, most // 2, -1):
            if words[count - 1].text.rstrip()[-1:] in marks:
                return count
    if _fits(words[most:]):
        most = _middle(words, most)
    # A mark of punctuation does not begin a cue.
    while most > 1 and not any(character.isalnum() for character in words[most].text):
        most -= 1
    return most


def _middle(words: list[Word], most: int) -> int:
    """Where two cues are about equally long, rather than a full one and a leftover."""
    possible = [count for count in range(1, most + 1) if _fits(words[count:])]
    return min(possible, key=lambda count: abs(_width(_text(words[:count])) - _width(_text(words[count:]))))


def _fits(words: list[Word]) -> bool:
    if len(words) == 1:
        return True
    return words[-1].end - words[0].start <= _MAX_SECONDS and _is_short(_wrapped(_text(words)))


def _is_short(lines: tuple[str, ...]) -> bool:
    return all(_width(line) <= _COLUMNS for line in lines)


def _wrapped(text: str) -> tuple[str, ...]:
    """One line, or two of about the same width; what is too much for two stays as it is."""
    if not _COLUMNS < _width(text) <= 2 * _COLUMNS:
        return (text,)
    breaks = [
        (text[:at].rstrip(), text[at:].lstrip())
        for at in range(1, len(text))
        if text[at] == " " or (spaceless(text[at]) and spaceless(text[at - 1]) and text[at].isalnum())
    ]
    return min(breaks, key=lambda lines: max(map(_width, lines)), default=(text,))


def _text(words: list[Word]) -> str:
    return "".join(word.text for word in words).strip()


def _width(text: str) -> int:
    """Columns; characters of Chinese, Japanese and Korean take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

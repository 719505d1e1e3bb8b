"""SubRip and WebVTT, in cues that can be read. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api_service.export.meeting import Choices, Line, Meeting, one_line

_COLUMNS = 42
"""Of a line on a screen; letters of scripts without spaces take two."""

_LINES = 2
_LEAST_SECONDS = 1.0
"""A cue has to last; of what has no length this is shown."""

_PIECES = re.compile(r"\s+|\S")


@dataclass(frozen=True, slots=True)
class Cue:
    """What is on the screen for a while."""

    speaker: str
    start: float
    end: float
    lines: tuple[str, ...]


def srt(meeting: Meeting, choices: Choices) -> str:
    """Numbered cues; a speaker stands before the first of an utterance."""
    return "".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_arrowless(cue)}\n\n"
        for number, cue in enumerate(cues(meeting.lines, named=choices.speakers), start=1)
    )


def vtt(meeting: Meeting, choices: Choices) -> str:
    """Speakers are voices, which players may colour."""
    return "WEBVTT\n\n" + "".join(
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{_voiced(cue, choices)}\n\n"
        for cue in cues(meeting.lines, named=False)
    )


def cues(lines: Sequence[Line], *, named: bool) -> Iterator[Cue]:
    """Each utterance in as many cues as it needs, its time divided by how much is in each."""
    for line in lines:
        name = one_line(line.speaker)
        text = f"{name}: {one_line(line.text)}" if named and name else one_line(line.text)
        rows = list(_wrapped(text))
        whole = sum(map(_width, rows)) or 1
        seconds = line.end - line.start if line.end > line.start else _LEAST_SECONDS
        shown = 0
        for first in range(0, len(rows), _LINES):
            part = tuple(rows[first : first + _LINES])
            begin = line.start + seconds * shown / whole
            shown += sum(map(_width, part))
            yield Cue(name, begin, line.start + seconds * shown / whole, part)


def _wrapped(text: str) -> Iterator[str]:
    """Lines that fit, broken between words, and between any wide letters.

    Only a word that is longer than a line is broken itself.
    """
    row = ""
    for word in _words(text):
        if row and _width(row + word.rstrip()) > _COLUMNS:
            yield row.rstrip()
            row = ""
        row += word
        while _width(row.rstrip()) > _COLUMNS:
            yield row[:_COLUMNS]
            row = row[_COLUMNS:]
    if row.strip():
        yield row.rstrip()


def _words(text: str) -> Iterator[str]:
    """Words with the space behind them, and wide letters alone with the punctuation behind them."""
    word = ""
    for piece in _PIECES.findall(text):
        ends = word and (word[-1].isspace() or _width(word[-1]) == 2 or _width(piece) == 2)
        if ends and not piece.isspace() and not _closes(piece):
            yield word
            word = ""
        word += piece
    yield word


def _closes(piece: str) -> bool:
    return unicodedata.category(piece[0]) in {"Po", "Pe", "Pf"}


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _clock(seconds: float, decimal: str) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{milliseconds // 1000:02}{decimal}{milliseconds % 1000:03}"


def _arrowless(cue: Cue) -> str:
    """An arrow in the text would begin a cue."""
    return "\n".join(cue.lines).replace("-->", "->")


def _voiced(cue: Cue, choices: Choices) -> str:
    text = _escaped("\n".join(cue.lines))
    return f"<v {_escaped(cue.speaker)}>{text}</v>" if choices.speakers and cue.speaker else text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

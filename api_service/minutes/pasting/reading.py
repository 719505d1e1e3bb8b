"""Reads a text as what was said by whom. Nothing that was said gets lost, and nobody is made up. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api_service.minutes.pasting import stamps, subtitles
from api_service.minutes.pasting.names import Names, is_numbered
from api_service.minutes.pasting.row import Row

_NAME = r"[^\W\d_][^:：\n!?。！？;；\[\]|*<>]{0,59}?"
_TIME = rf"(?:\s*{stamps.BRACKETED}|\s+{stamps.BARE})"
_LABEL = re.compile(rf"(?:\*\*)?(?P<name>{_NAME}){_TIME}?\s*(?:\*\*)?(?P<colon>[:：])(?:\*\*)?(?!//)\s*")
_COLON = re.compile("[:：]")
_LONGEST_LABEL = 160
_BETWEEN_DIGITS = re.compile(r"\d[:：]\d")
_HEADERS = (
    re.compile(rf"\[?(?P<name>{_NAME})\]?(?:\s*[,|–—-])?{_TIME}[:：]?"),
    re.compile(rf"(?:\*\*)?(?P<name>{_NAME})(?:\*\*)?[:：](?:\*\*)?"),
    re.compile(rf"(?:{stamps.BRACKETED}\s*|{stamps.BARE}\s+)(?:[|–—-]\s*)?(?P<name>{_NAME})"),
)
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*")
_ABBREVIATED = re.compile(r"\b(?:mr|mrs|ms|dr|prof|st|vs|etc|no|e\.g|i\.e|\w)\.\s*$", re.IGNORECASE)
_LONGEST_ABBREVIATION = 10


@dataclass(frozen=True, slots=True)
class _Line:
    whole: str
    words: str
    """Without a time that stands before them."""


@dataclass(frozen=True, slots=True)
class _Label:
    name: str
    begin: int
    end: int
    """Where the words begin."""


def read(text: str) -> list[Row]:
    """What was said, in order, each with its speaker; of cues with the times that they have."""
    lines = [line.strip().removeprefix("\ufeff") for line in text.splitlines()]
    if subtitles.are_subtitles(lines):
        return _of_cues(list(subtitles.rows(lines)))
    spoken = _without_stamps(lines)
    names = _names([line.words for line in spoken], [line.whole for line in spoken])
    return [piece for row in _by_headers(spoken, names) for piece in _pieces(row, names)]


def _of_cues(rows: Sequence[Row]) -> list[Row]:
    names = _names([row.text for row in rows if row.speaker is None], [])
    said: list[Row] = []
    for piece in (piece for row in rows for piece in _pieces(row, names)):
        last = said[-1] if said else None
        goes_on = last and last.end and (last.start, last.end) == (piece.start, piece.end)
        if last and goes_on and not piece.speaker and not piece.text.startswith("-"):
            said.append(replace(piece, speaker=last.speaker))
        else:
            said.append(piece)
    return subtitles.whole_sentences(said)


def _without_stamps(lines: Sequence[str]) -> list[_Line]:
    bare = [stamps.without_bracketed(line) for line in lines]
    stamped = stamps.are_stamped([line for line in bare if line])
    return [
        _Line(line, _without_stamp(rest, stamped=stamped)) for line, rest in zip(lines, bare, strict=True)
    ]


def _without_stamp(line: str, *, stamped: bool) -> str:
    rest = stamps.without_bare(line)
    if rest is None:
        return line
    return rest if stamped or _label(rest) or stamps.is_only_a_stamp(line) else line


def _names(lines: Sequence[str], headed: Sequence[str]) -> Names:
    """Of whatever may be a name: before a colon, or alone on a line with a time."""
    filled = [line for line in lines if line]
    possible = [label.name for line in filled if (label := _label(line))]
    possible += [name for line in headed if (name := _header(line))]
    return Names(possible, lines=len(filled), text="\n".join(filled))


def _labels(line: str) -> Iterator[_Label]:
    """Where speakers may begin: with the line, and then after sentences of it."""
    if not (first := _label(line)):
        return
    yield first
    for end in _SENTENCE_ENDS.finditer(line, first.end):
        abbreviated = _ABBREVIATED.search(line, max(0, end.start() - _LONGEST_ABBREVIATION), end.end())
        if not abbreviated and (label := _label(line, end.end())):
            yield label


def _label(line: str, begin: int = 0) -> _Label | None:
    """A name and a colon with words after it. A colon between digits is part of a time or of a ratio."""
    if not _COLON.search(line, begin, begin + _LONGEST_LABEL):
        return None
    found = _LABEL.match(line, begin)
    if not found or found.end() == len(line):
        return None
    colon = found.start("colon")
    if _BETWEEN_DIGITS.match(line, colon - 1) and not is_numbered(found["name"]):
        return None
    return _Label(found["name"].strip(), begin, found.end())


def _header(line: str) -> str | None:
    """The name on a line that has nothing else but a time or a colon."""
    found = next((found for header in _HEADERS if (found := header.fullmatch(line))), None)
    return found["name"].strip() if found else None


def _by_headers(lines: Sequence[_Line], names: Names) -> Iterator[Row]:
    """What stands below a name is theirs until an empty line, a line with a time or the next name."""
    speaker: str | None = None
    header = ""
    for line in lines:
        name = _header(line.whole)
        if not line.words:
            speaker = speaker if header else None
        elif name and names.has(name):
            if header:
                yield Row(header)
            speaker, header = name, line.words
        elif line.words != line.whole or any(names.has(label.name) for label in _labels(line.words)):
            if header:
                yield Row(header)
            speaker, header = None, ""
            yield Row(line.words)
        else:
            header = ""
            yield Row(line.words, speaker)
    if header:
        yield Row(header)


def _pieces(row: Row, names: Names) -> Iterator[Row]:
    """A line, cut where its speakers begin."""
    if row.speaker is not None:
        yield row
        return
    labels = [label for label in _labels(row.text) if names.has(label.name)]
    if not labels or labels[0].begin:
        labels.insert(0, _Label("", 0, 0))
    ends = [*(label.begin for label in labels[1:]), len(row.text)]
    for label, end in zip(labels, ends, strict=True):
        if words := row.text[label.end : end].strip():
            yield Row(words, label.name, row.start, row.end)

"""WebVTT and SRT that were pasted whole: cue by cue, what is said when. Pure."""

import html
import re
from collections.abc import Iterator, Sequence

from api_service.minutes.pasting.row import Row

_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMING = re.compile(rf"\s*(?P<start>{_TIME})\s*-->\s*(?P<end>{_TIME})(?:\s+\w+:\S+)*\s*")
_NO_WORDS = re.compile(r"\s*(?:WEBVTT|NOTE|STYLE|REGION)\b")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,50})?\s(?P<name>[^<>]{1,100})>")
_TAG = re.compile(r"</?(?:[vcibu]|ruby|rt|lang|font)(?:[.\s][^<>]{0,100})?>|<[\d:.]{1,20}>", re.IGNORECASE)
_ENDED = re.compile(r"[.!?。！？…][\"'”’)]*$")
_LONGEST = 500
"""Characters of what is put together of cues; sentences of speech are shorter."""


def are_subtitles(lines: Sequence[str]) -> bool:
    return any(_TIMING.fullmatch(line) for line in lines)


def rows(lines: Sequence[str]) -> Iterator[Row]:
    """What is said in each cue, and any text around them; voices are named where the file names them."""
    cue: tuple[float, float] | None = None
    skipping = False
    for number, line in enumerate(lines):
        before = lines[number - 1].strip() if number else ""
        if found := _TIMING.fullmatch(line):
            cue, skipping = (_seconds(found["start"]), _seconds(found["end"])), False
        elif not line.strip():
            cue, skipping = None, False
        elif not before and _NO_WORDS.match(line):
            cue, skipping = None, True
        elif not skipping and not _is_number_of_cue(line, before, after=lines[number + 1 : number + 2]):
            yield from _voices(line.strip(), cue or (0.0, 0.0))


def whole_sentences(said: Sequence[Row]) -> list[Row]:
    """Cues are as long as a screen is wide: those of one speaker, put together until a sentence ends."""
    joined: list[Row] = []
    for row in said:
        last = joined[-1] if joined else None
        if last and last.speaker == row.speaker and last.end and row.end and _goes_on(last, row):
            joined[-1] = Row(f"{last.text} {row.text}", last.speaker, last.start, row.end)
        else:
            joined.append(row)
    return joined


def _goes_on(last: Row, row: Row) -> bool:
    return not _ENDED.search(last.text) and len(last.text) + len(row.text) < _LONGEST


def _is_number_of_cue(line: str, before: str, *, after: Sequence[str]) -> bool:
    """Or its name, which has no spaces and an empty line before it."""
    named = line.strip()
    leads = any(_TIMING.fullmatch(each) for each in after)
    return leads and (named.isdigit() or (not before and " " not in named))


def _voices(line: str, times: tuple[float, float]) -> Iterator[Row]:
    marks = list(_VOICE.finditer(line))
    begins = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(line)]
    names = [None, *(html.unescape(mark["name"]).strip() or None for mark in marks)]
    for name, begin, end in zip(names, begins, ends, strict=True):
        if text := html.unescape(_TAG.sub("", line[begin:end])).strip():
            yield Row(text, name, *times)


def _seconds(time: str) -> float:
    *hours, minutes, seconds = time.replace(",", ".").split(":")
    return round(int(hours[0] if hours else 0) * 3600 + int(minutes) * 60 + float(seconds), 3)

"""The segments of a transcript: who said what, under names that people can read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from api_service.transcribing.hearing import Channel
from shared.speakers import Attributed, Turn, attributed

UNKNOWN = "unknown"
"""Who speaks is not known; clients show such segments without a name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A segment as it is stored; positions are seconds from the beginning of the recording."""

    segment_id: str
    speaker: str
    text: str
    start_time: float
    end_time: float
    confidence_score: float | None


def of_turns(channel: Channel, turns: Sequence[Turn] | None) -> list[Line]:
    """One recording of several people; without turns nobody is named."""
    if turns is None:
        return _lines([(UNKNOWN, Attributed(segment, None)) for segment in channel.segments])
    parts = attributed(channel.segments, channel.words, turns)
    names = {
        label: f"Speaker {number}" for label, number in numbered([part.speaker for part in parts]).items()
    }
    return _lines([(names[part.speaker] if part.speaker else UNKNOWN, part) for part in parts])


def of_channels(channels: Sequence[Channel]) -> list[Line]:
    """Each channel is one speaker."""
    said = [
        (f"Channel {number}", Attributed(segment, None))
        for number, channel in enumerate(channels, start=1)
        for segment in channel.segments
    ]
    return _lines(sorted(said, key=lambda each: each[1].segment.start))


def numbered(speakers: Sequence[str | None]) -> dict[str, int]:
    """Those that are known, counted from 1 in the order in which they first speak."""
    labels = dict.fromkeys(speaker for speaker in speakers if speaker)
    return {label: number for number, label in enumerate(labels, start=1)}


def speakers_in(lines: Sequence[Line]) -> int:
    """How many are named."""
    return len({line.speaker for line in lines} - {UNKNOWN})


def _lines(said: Sequence[tuple[str, Attributed]]) -> list[Line]:
    lines: list[Line] = []
    taken: set[str] = set()
    for speaker, part in said:
        segment = part.segment
        if not segment.text:
            continue
        segment_id = base = f"file-{round(segment.start * 1000)}"
        again = 1
        while segment_id in taken:
            again += 1
            segment_id = f"{base}-{again}"
        taken.add(segment_id)
        lines.append(Line(segment_id, speaker, segment.text, segment.start, segment.end, segment.confidence))
    return lines

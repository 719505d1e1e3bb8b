"""What an exported file is made from, and what all forms of it share. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

_LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Line:
    """What one speaker said in one utterance. Times are seconds on the session's clock."""

    speaker: str
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session and what was said in it."""

    title: str
    language: str
    started_at: datetime | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader wants to see beside the words."""

    speakers: bool = True
    timestamps: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """What one speaker said without another in between."""

    speaker: str
    start: float
    text: str


def blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """Lines of one speaker belong together until somebody else speaks or nobody does for half a minute."""
    said: list[Line] = []
    for line in lines:
        if said and (line.speaker != said[-1].speaker or line.start - said[-1].end > _LONGEST_PAUSE_SECONDS):
            yield _block(said)
            said = []
        said.append(line)
    if said:
        yield _block(said)


def clock(seconds: float) -> str:
    """m:ss, from an hour on h:mm:ss."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which several forms could not hold."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def date_of(meeting: Meeting) -> str | None:
    """When it began, to the minute."""
    return f"{meeting.started_at:%Y-%m-%d %H:%M} UTC" if meeting.started_at else None


def _block(said: Sequence[Line]) -> Block:
    return Block(said[0].speaker, said[0].start, " ".join(one_line(each.text) for each in said))

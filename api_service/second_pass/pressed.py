"""A recording of which the long gaps were left out, and back to where everything was. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.audio import SAMPLE_RATE
from shared.speakers import Turn

JOINT_SAMPLES = 2 * SAMPLE_RATE
"""Silence in the place of a gap, so that nobody's turn goes on over it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Samples that follow one another both in the pressed recording and on the session's clock."""

    first: int
    """The place in the pressed recording, in samples; `on_clock` is that on the clock."""

    on_clock: int
    samples: int

    @property
    def end_on_clock(self) -> int:
        return self.on_clock + self.samples

    def longer(self, samples: int) -> "Part":
        """With so many more."""
        return replace(self, samples=self.samples + samples)


def on_clock(turns: Sequence[Turn], parts: Sequence[Part]) -> list[Turn]:
    """Turns in the pressed recording where they are on the clock; joints are in nobody's turn."""
    return [moved for turn in turns for moved in _moved(turn, parts)]


def _moved(turn: Turn, parts: Sequence[Part]) -> Iterator[Turn]:
    for part in parts:
        first, moved_by = part.first / SAMPLE_RATE, (part.on_clock - part.first) / SAMPLE_RATE
        start, end = max(turn.start, first), min(turn.end, first + part.samples / SAMPLE_RATE)
        if start < end:
            yield Turn(start + moved_by, end + moved_by, turn.speaker)

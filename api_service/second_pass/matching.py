"""Which segment of the live transcript a segment of the second pass is, so that it keeps its id. Pure.

One voice at a time: what somebody said is never matched with what another said meanwhile.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_SAME = 0.5
"""Of the shorter of two segments: the part that has to lie in the other for both to be the same words."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the session's clock, in seconds."""

    start: float
    end: float

    def shared_with(self, other: "Stretch") -> float:
        """Seconds that lie in both."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def mostly_in(self, covered: "Covered") -> bool:
        """Whether at least half of it is covered."""
        return covered.seconds_of(self) >= _SAME * (self.end - self.start)


class Covered:
    """Stretches, taken together."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._merged = _merged(stretches)
        self._starts = [stretch.start for stretch in self._merged]

    def seconds_of(self, stretch: Stretch) -> float:
        """How much of it is covered."""
        first = max(0, bisect_left(self._starts, stretch.start) - 1)
        last = bisect_left(self._starts, stretch.end)
        return sum(stretch.shared_with(part) for part in self._merged[first:last])


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment of the transcript as it was, which stays."""

    segment_id: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A segment of the second pass, by its index, and the segment of the transcript that it is, if any."""

    index: int
    segment_id: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """A segment of the transcript as it was."""

    segment_id: str
    place: Stretch
    edited: bool
    """By people, whose words stay."""

    text: str = ""


def matched(
    known: Sequence[Known], heard: Sequence[Stretch], *, recorded: Sequence[Stretch]
) -> list[Kept | Heard]:
    """What one voice's transcript consists of after the second pass, in no particular order.

    People's edits stay and stand for what was heard where they are. What is known and lies where nothing
    was `recorded` stays as well: nobody could hear it again. What is known elsewhere and matches nothing is
    in neither: whether it went into another segment, only the words tell.
    """
    edited = [segment for segment in known if segment.edited]
    unedited = [segment for segment in known if not segment.edited]
    written, audible = Covered(segment.place for segment in edited), Covered(recorded)
    left = {index: stretch for index, stretch in enumerate(heard) if not stretch.mostly_in(written)}
    ids = dict(_pairs(unedited, left))
    found = set(ids.values())
    inaudible = (segment for segment in unedited if not segment.place.mostly_in(audible))
    kept = [*edited, *(segment for segment in inaudible if segment.segment_id not in found)]
    return [
        *(Kept(segment.segment_id) for segment in kept),
        *(Heard(index, ids.get(index)) for index in left),
    ]


def _pairs(known: Sequence[Known], heard: dict[int, Stretch]) -> Iterator[tuple[int, str]]:
    """One to one, those that share most first."""
    candidates = [
        (segment.place.shared_with(stretch), index, segment.segment_id)
        for index, stretch, segment in _neighbours(known, heard)
        if _same(segment.place, stretch)
    ]
    ids, indices = set[str](), set[int]()
    for _, index, segment_id in sorted(candidates, key=lambda each: (-each[0], each[1])):
        if index not in indices and segment_id not in ids:
            indices.add(index)
            ids.add(segment_id)
            yield index, segment_id


def _neighbours(known: Sequence[Known], heard: dict[int, Stretch]) -> Iterator[tuple[int, Stretch, Known]]:
    """Of all pairs those that may overlap, found in the order of time: meetings have thousands."""
    ordered = sorted(known, key=lambda segment: segment.place.start)
    starts = [segment.place.start for segment in ordered]
    longest = max((segment.place.end - segment.place.start for segment in ordered), default=0.0)
    for index, stretch in heard.items():
        first, last = bisect_left(starts, stretch.start - longest), bisect_left(starts, stretch.end)
        for segment in ordered[first:last]:
            yield index, stretch, segment


def _same(one: Stretch, other: Stretch) -> bool:
    shorter = min(one.end - one.start, other.end - other.start)
    shared = one.shared_with(other)
    return shared > 0 and shared >= _SAME * shorter


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same seconds without overlaps, in order."""
    merged: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda each: each.start):
        if merged and stretch.start <= merged[-1].end:
            merged[-1] = Stretch(merged[-1].start, max(merged[-1].end, stretch.end))
        else:
            merged.append(stretch)
    return merged

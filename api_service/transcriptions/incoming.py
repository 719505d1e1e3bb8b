"""Segments as clients send them, put beside the segments that are there. Pure."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from api_service.transcripts.repository import Change, Segment


@dataclass(frozen=True, slots=True)
class Incoming:
    """A segment of a client; what it does not say is None. Times are seconds on the session's clock."""

    text: str
    segment_id: str | None = None
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class New:
    """A segment that is not there yet."""

    segment_id: str
    speaker: str
    text: str
    start_time: float
    end_time: float
    confidence_score: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How the segments that are there become those that came."""

    changes: list[Change]
    added: list[New]


def lines(content: str) -> list[Incoming]:
    """The segments of a text of which nothing else is known: its lines."""
    return [Incoming(line.strip()) for line in content.splitlines() if line.strip()]


def numbered(incoming: Sequence[Incoming]) -> list[New]:
    """New segments in the order in which they came; those without a time follow the one before at once."""
    with_words = [each for each in incoming if each.text]
    return [
        replace(each, segment_id=f"{number:06}")
        for number, each in enumerate(_placed(with_words, after=0.0), start=1)
    ]


def difference(present: Sequence[Segment], incoming: Sequence[Incoming]) -> Difference:
    """A segment is the one with its id; without one, that with its start, or else that in its place.

    Those that nothing came for lose their words, and keep their history.
    """
    left = _Left(present)
    changes, new = [], []
    for place, each in enumerate(incoming):
        match = left.take(each, place)
        if match is None:
            new.append(each)
        else:
            changes.append(Change(match.segment_id, None, each.speaker, each.text, each.start, each.end))
    changes += [Change(each.segment_id, text="") for each in left.untaken if each.text]
    end = max((each.end_time for each in present if each.text), default=0.0)
    return Difference(changes, _placed([each for each in new if each.text], after=end))


def changed(before: Iterable[Segment], after: Iterable[Segment]) -> list[Segment]:
    """Those that are not what they were."""
    known = {each.segment_id: each for each in before}
    return [each for each in after if known.get(each.segment_id) != each]


class _Left:
    """The segments that nothing has come for yet, found without looking at the others."""

    def __init__(self, present: Sequence[Segment]) -> None:
        self._by_id = {each.segment_id: each for each in present}
        self._visible = [each.segment_id for each in present if each.text]
        self._starting: defaultdict[int, deque[str]] = defaultdict(deque)
        for each in present:
            if each.text:
                self._starting[_milliseconds(each.start_time)].append(each.segment_id)

    @property
    def untaken(self) -> Iterable[Segment]:
        return self._by_id.values()

    def take(self, each: Incoming, place: int) -> Segment | None:
        if each.segment_id is not None:
            return self._by_id.pop(each.segment_id, None)
        if each.start is not None:
            return self._take_starting_at(each.start)
        return self._by_id.pop(self._visible[place], None) if place < len(self._visible) else None

    def _take_starting_at(self, start: float) -> Segment | None:
        names = self._starting.get(_milliseconds(start))
        while names:
            if taken := self._by_id.pop(names.popleft(), None):
                return taken
        return None


def _milliseconds(seconds: float) -> int:
    """Clients write milliseconds, and what is stored may be finer."""
    return round(seconds * 1000)


def _placed(incoming: Sequence[Incoming], *, after: float) -> list[New]:
    placed = []
    end = after
    for each in incoming:
        start = end if each.start is None else each.start
        end = max(start, start if each.end is None else each.end)
        name = each.segment_id or f"added-{uuid4().hex}"
        placed.append(New(name, each.speaker or "", each.text, start, end, each.confidence))
    return placed

"""Segments as clients send them, put beside the segments that are there. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from api_service.transcripts.repository import Change, Segment

_SAME_SECONDS = 0.0005


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
    visible = [each for each in present if each.text]
    left = {each.segment_id: each for each in present}
    changes, new = [], []
    for place, each in enumerate(incoming):
        match = _match(each, place, left, visible)
        if match is None:
            new.append(each)
        else:
            del left[match.segment_id]
            changes.append(Change(match.segment_id, None, each.speaker, each.text, each.start, each.end))
    changes += [Change(name, text="") for name, each in left.items() if each.text]
    end = max((each.end_time for each in visible), default=0.0)
    return Difference(changes, _placed([each for each in new if each.text], after=end))


def _match(
    each: Incoming, place: int, left: dict[str, Segment], visible: Sequence[Segment]
) -> Segment | None:
    if each.segment_id is not None:
        return left.get(each.segment_id)
    if each.start is not None:
        start = each.start
        same = (
            known for known in left.values() if known.text and abs(known.start_time - start) < _SAME_SECONDS
        )
        return next(same, None)
    if place < len(visible):
        return left.get(visible[place].segment_id)
    return None


def _placed(incoming: Sequence[Incoming], *, after: float) -> list[New]:
    placed = []
    end = after
    for each in incoming:
        start = end if each.start is None else each.start
        end = max(start, start if each.end is None else each.end)
        name = each.segment_id or f"added-{uuid4().hex}"
        placed.append(New(name, each.speaker or "", each.text, start, end, each.confidence))
    return placed

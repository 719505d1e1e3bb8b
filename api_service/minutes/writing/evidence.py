"""What is left of a model's answers once every item has to show where it was said. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from api_service.minutes.document import ActionItem, Line
from api_service.minutes.words import tokens
from api_service.minutes.writing.answers import Notes, Point, Task
from api_service.minutes.writing.chunks import Chunk, Piece
from api_service.minutes.writing.grounding import Source, invents, is_said
from api_service.minutes.writing.voices import Voices

_AROUND = 2
"""Lines before and after those that are cited: `yes, let us do that` says little by itself."""

_SAME, _ALIKE = 0.8, 0.5
_MOST_TITLE_CHARACTERS = 100
_NOBODY = frozenset({"", "null", "none", "unknown", "nobody", "n/a", "tbd"})

Kept = TypeVar("Kept", bound=Line)


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the talk comes to something."""

    title: str
    piece: Piece


@dataclass(frozen=True, slots=True)
class Found:
    """What one part of the meeting, or all of it, comes to."""

    openings: Sequence[Opening] = ()
    key_points: Sequence[Line] = ()
    decisions: Sequence[Line] = ()
    action_items: Sequence[ActionItem] = ()
    open_questions: Sequence[Line] = ()
    dropped: int = 0

    @property
    def is_empty(self) -> bool:
        return not any((self.key_points, self.decisions, self.action_items, self.open_questions))


class Examiner:
    """Looks at the items of one part."""

    def __init__(self, chunk: Chunk, voices: Voices) -> None:
        self._voices = voices
        self._shown = [*chunk.context, *chunk.pieces]
        self._own = {piece.ref for piece in chunk.pieces}
        self._places = {piece.ref: place for place, piece in enumerate(self._shown)}
        names = (name for _, name in voices.labels())
        self._source = Source(" ".join([*(piece.text for piece in self._shown), *names]))
        self._around = self._source.text.lower()
        self.dropped = 0

    def found(self, notes: Notes) -> Found:
        """The items that have their evidence. Those of the part before, which it has too, are left to it."""
        kept = Found(
            openings=self._openings(notes),
            key_points=self._lines(notes.key_points),
            decisions=self._lines(notes.decisions),
            action_items=[
                self._task(task, line)
                for task in notes.action_items
                if (line := self._line(task)) is not None
            ],
            open_questions=self._lines(notes.open_questions),
        )
        return replace(kept, dropped=self.dropped)

    def _openings(self, notes: Notes) -> list[Opening]:
        at = {topic.ref: topic for topic in notes.topics if topic.ref in self._own and topic.title}
        openings: list[Opening] = []
        for ref, topic in sorted(at.items()):
            marked = self._voices.marked(topic.title)
            # In titles every word may begin with a capital.
            said = self._voices.plain(marked).lower()
            if is_fit_for_title(topic.title) and not invents(
                said, cited=self._source.text, source=self._source
            ):
                openings.append(Opening(marked, self._shown[self._places[ref]]))
        return openings

    def _lines(self, points: Iterable[Point]) -> list[Line]:
        return [line for point in points if (line := self._line(point)) is not None]

    def _line(self, point: Point) -> Line | None:
        refs = [ref for ref in dict.fromkeys(point.refs) if ref in self._places]
        if refs and self._own.isdisjoint(refs):
            return None
        text = self._voices.marked(point.text)
        if not refs or not point.text or self._invents(text, refs):
            self.dropped += 1
            return None
        said = [self._shown[self._places[ref]].said for ref in sorted(refs)]
        return Line(
            text=text,
            segment_ids=list(dict.fromkeys(each.segment_id for each in said)),
            speaker="",
            start_time=said[0].start,
        )

    def _invents(self, text: str, refs: Sequence[int]) -> bool:
        return invents(self._voices.plain(text), cited=self._near(refs), source=self._source)

    def _near(self, refs: Sequence[int]) -> str:
        """What was said in the lines that are cited, and a little around them."""
        near = {
            place
            for ref in refs
            if ref in self._places
            for place in range(self._places[ref] - _AROUND, self._places[ref] + _AROUND + 1)
            if 0 <= place < len(self._shown)
        }
        return " ".join(self._shown[place].text for place in sorted(near))

    def _task(self, task: Task, line: Line) -> ActionItem:
        when = self._when(task.when, self._near(task.refs))
        return ActionItem(**line.model_dump(), who=self._who(task.who), when=when)

    def _who(self, who: str | None) -> str | None:
        """Somebody who speaks or is spoken of; anybody else was invented."""
        if who is None or who.strip().lower() in _NOBODY:
            return None
        marked = self._voices.marked(who.strip())
        return marked if is_said(self._voices.plain(marked), self._source.text) else None

    def _when(self, when: str | None, near: str) -> str | None:
        """In words that were said there: elsewhere another day was spoken of."""
        if when is None or when.strip().lower() in _NOBODY:
            return None
        return when.strip() if is_said(when, near) else None


def drawn(points: Iterable[Point], notes: Sequence[Line], voices: Voices) -> tuple[list[Line], int]:
    """Lines made of notes, with the evidence of these, and how many had none."""
    names = (name for _, name in voices.labels())
    source = Source(" ".join([*(voices.plain(note.text) for note in notes), *names]))
    kept: list[Line] = []
    dropped = 0
    for point in points:
        used = [notes[ref - 1] for ref in sorted(set(point.refs)) if 1 <= ref <= len(notes)]
        text = voices.marked(point.text)
        cited = " ".join(voices.plain(note.text) for note in used)
        if not used or not point.text or invents(voices.plain(text), cited=cited, source=source):
            dropped += 1
            continue
        ids = dict.fromkeys(segment_id for note in used for segment_id in note.segment_ids)
        start = min(note.start_time for note in used)
        kept.append(Line(text=text, segment_ids=list(ids), speaker="", start_time=start))
    return kept, dropped


def titled(title: str, notes: Sequence[Line], voices: Voices) -> str:
    """A title that the notes bear out, else none."""
    said = " ".join(voices.plain(note.text) for note in notes)
    marked = voices.marked(title)
    fits = is_fit_for_title(title) and not invents(
        voices.plain(marked).lower(), cited=said, source=Source(said)
    )
    return marked if fits else ""


def joined(parts: Sequence[Found]) -> Found:
    """All parts as one; what two of them found is there once."""
    return Found(
        openings=[each for part in parts for each in part.openings],
        key_points=_once([each for part in parts for each in part.key_points]),
        decisions=_once([each for part in parts for each in part.decisions]),
        action_items=_once([each for part in parts for each in part.action_items]),
        open_questions=_once([each for part in parts for each in part.open_questions]),
        dropped=sum(part.dropped for part in parts),
    )


def is_fit_for_title(title: str) -> bool:
    return 0 < len(title) <= _MOST_TITLE_CHARACTERS and "\n" not in title


def _once(lines: Sequence[Kept]) -> list[Kept]:
    kept: list[tuple[Kept, set[str]]] = []
    for line in lines:
        words = set(tokens(line.text))
        if not any(_is_same(line, other, words, others) for other, others in kept):
            kept.append((line, words))
    return [line for line, _ in kept]


def _is_same(one: Line, other: Line, words: set[str], others: set[str]) -> bool:
    if isinstance(one, ActionItem) and isinstance(other, ActionItem) and one.who != other.who:
        return False
    if not words or not others:
        return one.text == other.text
    shares = not set(one.segment_ids).isdisjoint(other.segment_ids)
    return len(words & others) / len(words | others) >= (_ALIKE if shares else _SAME)

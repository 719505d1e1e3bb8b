"""From finals to the events of items: which final belongs to which item, and what of its text is new."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from shared.captioner import Version
from shared.text import joined
from stt_service.openai.errors import details
from stt_service.openai.realtime_events import (
    Committed,
    Completed,
    Delta,
    Failed,
    Item,
    ItemEvent,
    ServerEvent,
    SpeechStarted,
    SpeechStopped,
    SpokenLanguage,
)
from stt_service.openai.schemas import Usage


@dataclass(slots=True, eq=False)
class _Turn:
    """One item while its text is on its way."""

    id: str = field(default_factory=lambda: f"item_{uuid4().hex}")
    text: str = ""
    seconds: float = 0.0
    languages: list[str] = field(default_factory=list)
    failure: Failed | None = None
    forgotten: bool = False


@dataclass(slots=True)
class Turns:
    """Finals come back in the order in which their audio was handed on.

    A long turn is heard in several pieces, each a final of its own. The text of a final never changes, so
    it is what deltas are made of: a client that can only append has at each moment what will stay.
    """

    _beta: bool = False
    """Whether the client expects the events of the beta."""

    _open: _Turn | None = field(default=None, init=False)
    _previous: str | None = field(default=None, init=False)
    _due: deque[tuple[_Turn, bool]] = field(default_factory=deque, init=False)
    """For each final that is to come its turn, and whether it is the last of it."""

    @property
    def open(self) -> bool:
        """Whether a turn has begun and is not committed."""
        return self._open is not None

    def speak_beta(self) -> None:
        """The client has shown that it knows nothing newer."""
        self._beta = True

    def begin(self, start: float) -> Iterator[ServerEvent]:
        """Somebody speaks, from so many seconds on; nothing new while a turn is open."""
        if not self._open:
            self._open = _Turn()
            yield SpeechStarted(audio_start_ms=round(start * 1000), item_id=self._open.id)

    def hand_on(self) -> None:
        """A piece of the open turn goes to be recognised, and more of it follows."""
        self._due.append((self._opened(), False))

    def end(self, end: float) -> Iterator[ServerEvent]:
        """The last piece of the open turn goes to be recognised; it ends after so many seconds."""
        yield SpeechStopped(audio_end_ms=round(end * 1000), item_id=self._opened().id)
        yield from self.commit()

    def commit(self) -> Iterator[ServerEvent]:
        """All that was said since the last item, to its end, goes to be recognised as one."""
        turn, self._open = self._opened(), None
        self._due.append((turn, True))
        previous, self._previous = self._previous, turn.id
        yield Committed(item_id=turn.id, previous_item_id=previous)
        item = Item(id=turn.id)
        if self._beta:
            yield ItemEvent(type="conversation.item.created", previous_item_id=previous, item=item)
        else:
            yield ItemEvent(type="conversation.item.added", previous_item_id=previous, item=item)
            yield ItemEvent(type="conversation.item.done", previous_item_id=previous, item=item)

    def forget(self) -> None:
        """The open turn is not wanted; nothing more is said of it."""
        if self._open:
            self._open.forgotten = True
            self._open = None

    def hear(self, final: Version) -> Iterator[ServerEvent]:
        """The next final is there."""
        turn, last = self._due.popleft()
        if turn.forgotten:
            return
        turn.seconds += final.end - final.start
        if final.failure:
            turn.failure = Failed(item_id=turn.id, error=details(final.failure))
        elif final.text:
            before, turn.text = turn.text, joined(part for part in (turn.text, final.text) if part)
            turn.languages = turn.languages or [final.language] if final.language else turn.languages
            yield Delta(item_id=turn.id, delta=turn.text.removeprefix(before))
        if last:
            yield turn.failure or _completed(turn)

    def _opened(self) -> _Turn:
        if not self._open:
            self._open = _Turn()
        return self._open


def _completed(turn: _Turn) -> Completed:
    return Completed(
        item_id=turn.id,
        transcript=turn.text,
        usage=Usage(seconds=round(turn.seconds, 3)),
        languages=[SpokenLanguage(code=code) for code in turn.languages],
    )

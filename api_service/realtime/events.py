"""The entries of a session's stream as typed events, and the segments that captions and rows become."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from api_service.realtime.positions import Position
from shared.contracts.captions import AgentChanged, Caption, SessionChanged, SpeakerRenamed

Event = Caption | AgentChanged | SessionChanged | SpeakerRenamed
_KINDS: dict[str, type[BaseModel]] = {
    "caption": Caption,
    "agent": AgentChanged,
    "session": SessionChanged,
    "speaker": SpeakerRenamed,
}


class Unreadable(Exception):
    """An entry that no reader of ours understands; the message names the fault and no content."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and its place in the stream."""

    position: Position
    event: Event


@dataclass(frozen=True, slots=True)
class Segment:
    """What one participant said in one utterance, as it is known now."""

    segment_id: str
    revision: int
    final: bool
    participant_identity: str | None
    speaker: str
    text: str
    start: float
    end: float
    language: str | None = None
    confidence: float | None = None

    @classmethod
    def of(cls, caption: Caption) -> Self:
        return cls(
            segment_id=caption.segment_id,
            revision=caption.revision,
            final=caption.final,
            participant_identity=caption.participant_identity or None,
            speaker=caption.participant_name,
            text=caption.text,
            start=caption.start,
            end=caption.end,
            language=caption.language,
            confidence=caption.confidence,
        )


def read_event(session_id: UUID, fields: dict[str, str]) -> Event:
    """The event that an entry of this session's stream carries. Raises Unreadable."""
    kind = _KINDS.get(fields.get("event", ""))
    if kind is None:
        raise Unreadable("unknown kind of event")
    try:
        event = kind.model_validate_json(fields.get("data", ""))
    except ValueError:
        # The original message repeats the input, which is what people said.
        raise Unreadable("the data does not parse") from None
    if isinstance(event, Caption) and event.session_id != session_id:
        raise Unreadable("the caption names another session")
    assert isinstance(event, Event)  # noqa: S101 - the kinds are the members of the union
    return event


def read_entries(session_id: UUID, raw: list[tuple[str, dict[str, str]]]) -> list[Entry]:
    """The readable ones among the entries of a stream, in order."""
    entries = []
    for position, fields in raw:
        try:
            entries.append(Entry(Position.parse(position), read_event(session_id, fields)))
        except Unreadable:
            continue  # the sink reports and removes it
    return entries

"""What followers are told, the same words whatever carries them."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from api_service.realtime.events import Entry, Segment
from api_service.realtime.positions import Position
from api_service.realtime.schemas import (
    AgentEvent,
    SegmentResponse,
    SessionEvent,
    SpeakerEvent,
    TranscriptionResponse,
)
from api_service.realtime.service import LiveTranscript
from shared.contracts.captions import AgentChanged, Caption, SpeakerRenamed

Kind = Literal["snapshot", "caption", "agent", "speaker", "session"]


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a session's stream, for its followers."""

    kind: Kind
    data: BaseModel
    position: Position
    """Who comes back with it goes on after this event."""


def told(entry: Entry) -> Told:
    """An entry as its followers read it."""
    match entry.event:
        case Caption() as caption:
            return Told("caption", SegmentResponse.of(Segment.of(caption)), entry.position)
        case AgentChanged(state=state):
            return Told("agent", AgentEvent(state=state), entry.position)
        case SpeakerRenamed() as renamed:
            event = SpeakerEvent.model_validate(renamed, from_attributes=True)
            return Told("speaker", event, entry.position)
        case changed:
            return Told("session", SessionEvent(status=changed.status, at=changed.at), entry.position)


def snapshot(live: LiveTranscript) -> Told:
    """Everything that is known now."""
    return Told("snapshot", transcription(live), live.position)


def transcription(live: LiveTranscript) -> TranscriptionResponse:
    """A transcript as it is answered."""
    return TranscriptionResponse(
        session_id=live.session_id,
        segments=[SegmentResponse.of(segment, index=index) for index, segment in enumerate(live.segments)],
        total_segments=len(live.segments),
        last_updated=live.last_updated,
        position=str(live.position),
    )

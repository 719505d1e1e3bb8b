"""Public JSON of live data."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_service.realtime.events import Segment


class SegmentResponse(BaseModel):
    """What one participant said in one utterance. Of one `segment_id` the highest revision counts."""

    index: int | None = Field(description="Its place in the list; null where it comes alone")
    segment_id: str
    revision: int
    speaker: str = Field(description="Display name of the participant")
    participant_identity: str | None
    start_time: float = Field(description="Seconds on the session's clock")
    end_time: float
    text: str
    confidence_score: float | None
    language: str | None
    is_final: bool = Field(description="Whether it will stay; what is not final may still be replaced")

    @classmethod
    def of(cls, segment: Segment, *, index: int | None = None) -> Self:
        return cls(
            index=index,
            segment_id=segment.segment_id,
            revision=segment.revision,
            speaker=segment.speaker,
            participant_identity=segment.participant_identity,
            start_time=segment.start,
            end_time=segment.end,
            text=segment.text,
            confidence_score=segment.confidence,
            language=segment.language,
            is_final=segment.final,
        )


class TranscriptionResponse(BaseModel):
    """Everything that is known now, by the time it was said."""

    session_id: UUID
    segments: list[SegmentResponse]
    total_segments: int
    last_updated: datetime | None = Field(description="When anything was said or happened last")
    position: str = Field(description="Follow `/events?after=` this, and nothing is missed or comes twice")


class ParticipantResponse(BaseModel):
    """Somebody in the room."""

    identity: str
    name: str


class StatusResponse(BaseModel):
    """How a session is doing right now."""

    session_id: UUID
    status: str
    participant_count: int = Field(description="People in the room, without agents")
    recording: bool
    transcription_segments: int = Field(description="Stored segments")
    last_activity: datetime
    duration_seconds: float
    agent: Literal["listening", "absent"]
    participants: list[ParticipantResponse]


class AgentEvent(BaseModel):
    """An agent began or stopped to listen; partials that came before will never be final."""

    state: Literal["listening", "left"]


class SpeakerEvent(BaseModel):
    """A speaker has another name: in these segments, or in all that are shown under the old one."""

    old_speaker: str
    new_speaker: str
    segment_ids: list[str] | None


class SessionEvent(BaseModel):
    """The session changed its state."""

    status: str
    at: datetime

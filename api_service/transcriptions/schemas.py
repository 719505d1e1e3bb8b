"""Public JSON of transcriptions as wholes."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, Json, model_validator

from api_service.bodies import Label, Language, Name, Speaker, Storable
from api_service.transcriptions.incoming import Incoming
from api_service.transcripts.repository import Segment, Source, Transcription, TranscriptionStatus
from api_service.transcripts.schemas import TranscriptSegment
from shared.timeline import parse_clock_range

_MOST_SEGMENTS = 20_000
_LONGEST_SECONDS = 10_000_000

Seconds = Annotated[float, Field(ge=0, le=_LONGEST_SECONDS, allow_inf_nan=False)]
Confidence = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class IncomingSegment(BaseModel):
    """A segment as clients keep it. Its times are `start_time` and `end_time`, or else a `timestamp`."""

    segment_id: Label | None = None
    speaker: Speaker | Literal[""] | None = None
    start_time: Seconds | None = None
    end_time: Seconds | None = None
    timestamp: str | None = Field(
        None, max_length=100, description="[00:00:10:100,00:00:10:500]; in any other form it says no time"
    )
    text: Annotated[Storable, Field(max_length=20_000)]
    confidence_score: Confidence | None = None

    @model_validator(mode="after")
    def _timestamp_gives_times(self) -> Self:
        if self.start_time is None and self.timestamp is not None and self.timestamp.startswith("["):
            self.start_time, self.end_time = parse_clock_range(self.timestamp)
        return self

    def incoming(self, *, confidence: float | None) -> Incoming:
        """What it says; of a segment without a confidence, that of the whole."""
        return Incoming(
            text=self.text.strip(),
            segment_id=self.segment_id,
            speaker=self.speaker,
            start=self.start_time,
            end=self.end_time,
            confidence=confidence if self.confidence_score is None else self.confidence_score,
        )


Segments = Annotated[list[IncomingSegment], Field(max_length=_MOST_SEGMENTS)]


class TranscriptionCreate(BaseModel):
    """A transcript that was made elsewhere. Without segments, its lines become some."""

    session_id: Annotated[
        str, Field(max_length=100, description="The id of a session, or the name of its room")
    ]
    content: Annotated[Storable, Field(max_length=1_000_000)] = ""
    language: Language = "zh-CN"
    confidence_score: Confidence | None = None
    segments: Annotated[Segments | Json[Segments], Field(description="A list, or the JSON of one")] = []
    stt_model: Name = "local_funasr"
    word_count: Annotated[int | None, Field(description="Not needed: words are counted anew")] = None


class TranscriptionUpdate(BaseModel):
    """What the transcript is to be: segments, or only its lines."""

    content: Annotated[Storable, Field(max_length=1_000_000)] | None = None
    segments: Annotated[Segments | Json[Segments] | None, Field(description="A list, or the JSON of one")] = (
        None
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.content is None and self.segments is None:
            raise ValueError("Say what it is to be: content, segments or both")
        named = [each.segment_id for each in self.segments or [] if each.segment_id is not None]
        if len(named) != len(set(named)):
            raise ValueError("Two segments have the same segment_id")
        return self


class TranscriptionResponse(BaseModel):
    """One version of a session's transcript."""

    id: UUID
    session_id: UUID
    source: Source
    content: str
    language: str
    confidence_score: float | None
    stt_model: str | None
    status: TranscriptionStatus
    word_count: int = Field(description="In scripts without spaces, every character counts")
    is_current: bool
    created_at: datetime
    updated_at: datetime
    segments: list[TranscriptSegment] | None = Field(description="Null in lists")

    @classmethod
    def of(cls, version: Transcription, segments: list[Segment] | None) -> Self:
        numbered = None if segments is None else enumerate(segments)
        return cls(
            id=version.id,
            session_id=version.session_id,
            source=version.source,
            content=version.content,
            language=version.language,
            confidence_score=version.confidence_score,
            stt_model=version.stt_model,
            status=version.status,
            word_count=version.word_count,
            is_current=version.is_current,
            created_at=version.created_at,
            updated_at=version.updated_at,
            segments=numbered and [TranscriptSegment.of(each, index=index) for index, each in numbered],
        )

"""Public JSON of minutes that are made while a client waits."""

from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api_service.bodies import storable
from api_service.minutes.document import ActionItem, Chapter, Line, Minutes

Transcript = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000), AfterValidator(storable)
]
_Summary = Annotated[str, StringConstraints(max_length=200_000), AfterValidator(storable)]


class SummaryRequest(BaseModel):
    """What is to be summarized."""

    transcription_text: Transcript = Field(description="A line per segment; `Name: words` names the speaker")
    template_id: UUID | None = Field(None, description="A template one can read, to be filled")


class SessionSummaryRequest(BaseModel):
    """The same for a session, which has its own transcript."""

    transcription_text: Transcript | None = Field(None, description="By default the session's transcript")
    template_id: UUID | None = Field(None, description="A template one can read, to be filled")


class TitleRequest(BaseModel):
    """What is to be named."""

    transcription_text: Transcript
    summary_text: _Summary | None = Field(
        None, description="What a model finds the title in, where one writes; else the transcript decides"
    )


class Metadata(BaseModel):
    """How it was made, as older clients read it."""

    model_used: str
    success: bool = True
    total_processing_time: int = Field(description="Milliseconds")
    transcription_length: int = Field(description="Characters")
    timestamp: datetime


class MinutesResponse(BaseModel):
    """Minutes; `summary` is the filled template where there is one, else the highlights."""

    summary: str
    title: str
    origin: str = Field(description="`extracted`: every line is a quotation; `written`: a model's words")
    key_points: list[str]
    evidence: list[Line] = Field(description="Where each key point was said, in the same order")
    decisions: list[Line]
    action_items: list[ActionItem]
    open_questions: list[Line]
    chapters: list[Chapter]
    participants: list[str]
    model_used: str
    processing_time_ms: int
    metadata: Metadata

    @classmethod
    def of(cls, minutes: Minutes, summary: str, *, model: str, milliseconds: int, characters: int) -> Self:
        return cls(
            summary=summary,
            title=minutes.title,
            origin=minutes.origin,
            key_points=[line.text for line in minutes.key_points],
            evidence=minutes.key_points,
            decisions=minutes.decisions,
            action_items=minutes.action_items,
            open_questions=minutes.open_questions,
            chapters=minutes.chapters,
            participants=minutes.participants,
            model_used=model,
            processing_time_ms=milliseconds,
            metadata=Metadata(
                model_used=model,
                total_processing_time=milliseconds,
                transcription_length=characters,
                timestamp=datetime.now(UTC),
            ),
        )


class TitleResponse(BaseModel):
    """A title, in words of the transcript unless a model has written it."""

    title: str
    model_used: str
    processing_time_ms: int
    metadata: Metadata

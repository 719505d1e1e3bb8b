"""Public JSON of minutes that are made while a client waits."""

from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api_service.bodies import Language, storable
from api_service.minutes.document import ActionItem, Chapter, LeftOut, Line, Minutes
from api_service.minutes.making import Made
from api_service.minutes.queueing_schemas import Instructions
from api_service.minutes.wishes import Style

Transcript = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000), AfterValidator(storable)
]
_Summary = Annotated[str, StringConstraints(max_length=200_000), AfterValidator(storable)]


class SummaryAsked(BaseModel):
    """What minutes are to be like. Those that only quote follow neither language, style nor instructions."""

    template_id: UUID | None = Field(None, description="A template one can read, to be filled")
    language: Language | None = Field(None, description="By default the language of the meeting")
    style: Style | None = Field(None, description="By default what one prefers")
    instructions: Instructions | None = Field(None, description="In one's own words")


class SummaryRequest(SummaryAsked):
    """What is to be summarized."""

    transcription_text: Transcript = Field(
        description="As programs export it: `Name: words`, names and times above what was said, WebVTT or SRT"
    )


class SessionSummaryRequest(SummaryAsked):
    """The same for a session, which has its own transcript."""

    transcription_text: Transcript | None = Field(None, description="By default the session's transcript")


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
    notice: str | None = Field(description="What is to be said with decisions and tasks that were quoted")
    left_out: LeftOut
    dropped_items: int = Field(description="What a model wrote and nobody said; it is left out")
    model_used: str
    token_usage: dict[str, int] = Field(description="As far as it is known")
    cost_cents: float | None = Field(description="Null when it is not known")
    processing_time_ms: int
    metadata: Metadata

    @classmethod
    def of(
        cls,
        minutes: Minutes,
        summary: str,
        *,
        notice: str | None,
        made: Made,
        milliseconds: int,
        characters: int,
    ) -> Self:
        """`minutes` and `summary` are what was made, with the names that are to be shown."""
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
            notice=notice,
            left_out=minutes.left_out,
            dropped_items=made.dropped,
            model_used=made.model,
            token_usage=made.cost.token_usage,
            cost_cents=made.cost.cents,
            processing_time_ms=milliseconds,
            metadata=Metadata(
                model_used=made.model,
                total_processing_time=milliseconds,
                transcription_length=characters,
                timestamp=datetime.now(UTC),
            ),
        )


class TitleResponse(BaseModel):
    """A title, in words of the transcript unless a model has written it."""

    title: str
    model_used: str
    token_usage: dict[str, int] = Field(description="As far as it is known")
    cost_cents: float | None = Field(description="Null when it is not known")
    processing_time_ms: int
    metadata: Metadata

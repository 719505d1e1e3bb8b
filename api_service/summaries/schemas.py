"""Public JSON of summaries."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, JsonValue, StringConstraints, model_validator

from api_service.bodies import Name, storable
from api_service.json_values import Points, SmallObject
from api_service.minutes.document import Minutes
from api_service.summaries.repository import Origin, Part
from api_service.summaries.showing import Shown

_LARGEST_INTEGER = 2**31 - 1

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000),
    AfterValidator(storable),
]


class SummaryContent(BaseModel):
    """How a summary came about and what was paid for it, as far as it is known."""

    transcription_id: UUID | None = Field(None, description="The text it is of; by default the newest")
    key_points: Points = []
    action_items: Points = []
    participants: Points = []
    ai_model: Name | None = None
    ai_provider: Name | None = None
    processing_time_ms: int | None = Field(None, ge=0, le=_LARGEST_INTEGER)
    token_usage: SmallObject = {}
    cost_cents: float | None = Field(None, ge=0, allow_inf_nan=False)
    quality_rating: int | None = Field(None, ge=1, le=5)


class SummarySave(SummaryContent):
    """A summary that was made elsewhere."""

    summary: Text
    session_id: Name | None = Field(None, description="If given, the one in the address")
    template_id: UUID | None = Field(None, description="A template one can read")


class SummarySaveAnywhere(SummarySave):
    """The same for an address that names no session."""

    session_id: Name = Field(description="Id or room name")


class SummaryChange(SummaryContent):
    """What is left out stays as it is, and so do the session and the template."""

    summary: Text | None = None
    session_id: Name | None = Field(None, description="If given, the one in the address")

    @model_validator(mode="after")
    def _summary_stays(self) -> Self:
        if "summary" in self.model_fields_set and self.summary is None:
            raise ValueError("A summary cannot be without text")
        return self


class SummaryResponse(BaseModel):
    """A summary as every member of its session sees it."""

    id: UUID
    session_id: UUID
    transcription_id: UUID | None
    template_id: UUID | None
    summary: str
    key_points: list[JsonValue]
    action_items: list[JsonValue]
    participants: list[JsonValue]
    ai_model: str | None
    ai_provider: str | None
    processing_time_ms: int | None
    token_usage: dict[str, JsonValue]
    cost_cents: float | None
    status: str
    quality_rating: int | None
    origin: Origin = Field(
        description="`extracted`: quotations; `written`: by a model; `saved`: made elsewhere and kept here"
    )
    minutes: Minutes | None = Field(
        description="Every line with its evidence, and with the names of now; null where it is not known"
    )
    notice: str | None = Field(
        description="What is to be said with quoted decisions and tasks; null for what nobody quoted"
    )
    instructions: str | None = Field(description="What its owner asked for; null for others")
    language: str | None
    series_id: UUID = Field(description="The same for all versions of one summary")
    version: int
    is_latest: bool = Field(description="Whether there is no later version of it")
    task_id: UUID | None = Field(description="The task that made it")
    edited: list[Part] = Field(description="What people have changed since it was made")
    edited_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, shown: Shown) -> Self:
        summary = shown.stored
        return cls(
            id=summary.id,
            session_id=summary.session_id,
            transcription_id=summary.transcription_id,
            template_id=summary.template_id,
            summary=shown.texts.summary,
            key_points=shown.texts.key_points,
            action_items=shown.texts.action_items,
            participants=summary.participants,
            ai_model=summary.ai_model,
            ai_provider=summary.ai_provider,
            processing_time_ms=summary.processing_time_ms,
            token_usage=summary.token_usage,
            cost_cents=summary.cost_cents,
            status=summary.status,
            quality_rating=summary.quality_rating,
            origin=summary.origin,
            minutes=shown.minutes,
            notice=shown.notice,
            instructions=shown.instructions,
            language=summary.language,
            series_id=summary.series,
            version=summary.version,
            is_latest=summary.is_latest,
            task_id=summary.job_id,
            edited=summary.edited,
            edited_at=summary.edited_at,
            created_at=summary.created_at,
            updated_at=summary.updated_at,
        )


class SummaryDeleted(BaseModel):
    message: str = "Summary deleted successfully"
    summary_id: UUID

"""Public JSON of minutes that are made as a task."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api_service.bodies import Language, storable
from api_service.minutes.wishes import Style

_SECONDS = 30

Instructions = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(storable),
]


class SummaryChoices(BaseModel):
    """What may stand in an address."""

    template_id: UUID | None = Field(
        None, description="A template one can read; by default the session's, with null in the body none"
    )
    language: Language | None = Field(None, description="By default the language of the meeting")
    style: Style | None = Field(None, description="By default what one prefers")


class SummaryWishes(SummaryChoices):
    """What a summary is to be like."""

    instructions: Instructions | None = Field(
        None, description="In one's own words; minutes that only quote cannot follow any"
    )


class SummaryBegun(BaseModel):
    """It is queued; the task tells how far it is."""

    success: bool = True
    message: str = "AI summary generation started"
    timestamp: datetime
    session_id: UUID
    task_id: UUID
    status: Literal["pending"] = "pending"
    poll_url: str
    events_url: str = Field(description="The task as server-sent events, and sections as they are ready")
    estimated_duration: int = Field(
        _SECONDS, description="Seconds; what clients reckon with, while the task tells how far it is"
    )

    @classmethod
    def of(cls, session_id: UUID, task_id: UUID) -> Self:
        poll_url = f"/api/v2/tasks/{task_id}"
        return cls(
            timestamp=datetime.now(UTC),
            session_id=session_id,
            task_id=task_id,
            poll_url=poll_url,
            events_url=f"{poll_url}/events",
        )

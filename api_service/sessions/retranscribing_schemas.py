"""Public JSON of transcribing a session's recording once more."""

from datetime import UTC, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_service.bodies import Language
from shared.contracts.diarization import SpeakerCount


class RetranscriptionOptions(SpeakerCount):
    """How to do it, in the address."""

    audio_file_id: UUID | None = Field(None, description="The newest file of the session by default")
    language: Language | None = Field(None, description="What is spoken; by default that is found out")
    diarize: bool | None = Field(None, description="Whether to find out who speaks; yes by default")
    channels_as_speakers: bool | None = Field(None, description="Each channel of the file is one speaker")


class RetranscriptionBegun(BaseModel):
    """It is queued; the task tells how far it is."""

    success: bool = True
    message: str = "Retranscription started"
    timestamp: datetime
    session_id: UUID
    task_id: UUID
    transcription_id: UUID | None = Field(None, description="Made at the end; then in the task's result")
    status: Literal["pending"] = "pending"
    result: None = None
    poll_url: str

    @classmethod
    def of(cls, session_id: UUID, task_id: UUID) -> Self:
        return cls(
            timestamp=datetime.now(UTC),
            session_id=session_id,
            task_id=task_id,
            poll_url=f"/api/v2/tasks/{task_id}",
        )

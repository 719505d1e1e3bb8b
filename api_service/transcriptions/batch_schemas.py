"""Public JSON of recordings that are sent to be transcribed."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue, model_validator

from api_service.bodies import Language, Name, Title
from api_service.tasks.repository import Job
from shared.contracts.diarization import SpeakerCount

_STATUS: dict[str, Literal["completed", "failed", "cancelled"]] = {
    "success": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}


class BatchOptions(SpeakerCount):
    """How a recording is to be transcribed; in the address or in the form."""

    title: Title | None = Field(None, description="Of its session; by default the name of the file")
    language: Language | None = Field(None, description="What is spoken; by default that is found out")
    diarize: bool | None = Field(None, description="Whether to find out who speaks; yes by default")
    channels_as_speakers: bool | None = Field(None, description="Each channel of the file is one speaker")
    priority: Literal["normal", "low"] | None = None
    force: bool | None = Field(None, description="Also when the same was done before")

    def for_job(self) -> dict[str, JsonValue]:
        """What the work depends on, and nothing else."""
        chosen = self.model_dump(
            include=set(BatchOptions.model_fields) - {"title", "priority", "force"}, exclude_none=True
        )
        return {"source": "upload", **chosen}


class BatchRequest(BatchOptions):
    """The same in the address, which may also name a file that is there already."""

    session_id: Name | None = Field(None, description="Of the file: id or room name")
    audio_file_id: UUID | None = Field(
        None, description="Transcribe this file, which was uploaded before, instead of one in the body"
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.session_id is None) != (self.audio_file_id is None):
            raise ValueError("session_id and audio_file_id belong together")
        return self


class BatchStatistics(BaseModel):
    """What came of a recording."""

    total_segments: int
    total_duration_seconds: float
    speaker_count: int
    transcription_length: int = Field(description="In characters")


class BatchResponse(BaseModel):
    """How far it is; final unless the status is `processing`."""

    success: bool
    task_id: UUID
    session_id: UUID
    status: Literal["processing", "completed", "failed", "cancelled"]
    message: str
    poll_url: str = Field(description="Where to ask how far it is")
    known: bool = Field(description="The same recording was sent before: these are its session and its task")
    notice: Literal["too-long-for-speakers"] | None = Field(
        None, description="What the transcript will lack: nobody is told apart in so long a recording"
    )
    statistics: BatchStatistics | None = Field(description="Null until it is completed")

    @classmethod
    def of(cls, job: Job, *, known: bool, is_too_long: bool) -> Self:
        status = _STATUS.get(job.status, "processing")
        told = job.result or {}
        return cls(
            success=status in ("processing", "completed"),
            task_id=job.id,
            session_id=job.session_id,
            status=status,
            message=str(told.get("message") or job.error or "The recording is being transcribed"),
            poll_url=f"/api/v2/tasks/{job.id}",
            known=known,
            notice="too-long-for-speakers" if is_too_long else None,
            statistics=BatchStatistics.model_validate(told) if status == "completed" else None,
        )

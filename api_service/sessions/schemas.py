"""Public JSON of sessions."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from api_service.bodies import Description, Language, Name, Tags, Title
from api_service.json_values import Metadata
from api_service.sessions.repository import Changes, Role, Session, Status, TitleBy
from shared.contracts.rooms import room_name

_USAGE_HINT = "Send session_id to POST /api/v1/livekit/connection-details to enter the room of this session"


class SessionCreate(BaseModel):
    title: Title | None = Field(None, description="Without one, minutes may give it one")
    language: Language = "zh-CN"
    stt_model: Name = "local_funasr"
    record: bool = Field(True, description="Whether the audio of its meetings is kept, for playing it again")


class SessionUpdate(BaseModel):
    """What is absent or null stays as it is; only `description` can be removed with null."""

    title: Title | None = None
    status: str | None = Field(None, max_length=50, description="paused, recording, completed, ...")
    description: Description | None = None
    tags: Tags | None = None
    language: Language | None = None
    metadata: Metadata | None = Field(None, description="A JSON object of the client's own; replaced whole")
    record: bool | None = Field(None, description="Also while people meet: they see it at once")

    @property
    def changes(self) -> Changes:
        """All but the status, which depends on what the session is."""
        return Changes(
            title=self.title,
            language=self.language,
            tags=self.tags,
            metadata=self.metadata,
            description=self.description or None,
            removes_description="description" in self.model_fields_set and not self.description,
            record=self.record,
        )


class TemplateChoice(BaseModel):
    template_id: UUID | None = Field(description="Null for none")


class SessionJoin(BaseModel):
    invite_code: Annotated[Name, Field(description="From a member of the session")]


class Message(BaseModel):
    message: str


class FinalizeResult(BaseModel):
    """What a session has come to."""

    message: str
    session_id: UUID
    session_status: Status
    finalized: bool = Field(
        description="False while people are in the room or it is transcribed: it completes by itself "
        "after that; and where the transcription has failed"
    )
    transcription_saved: bool = Field(description="Whether anything was said; all of it is stored then")
    transcription_id: UUID | None
    total_duration_seconds: float = Field(description="From the first person's entering until now or the end")
    total_segments: int
    word_count: int


class FinalData(BaseModel):
    """The same for older clients."""

    total_duration_seconds: float
    word_count: int
    audio_file_path: str | None = Field(
        description="Where its best recording lies in storage, to which `audio_files` has links; null "
        "without one, and until the recording of a meeting that has just ended is joined"
    )
    transcription_saved: bool


class SessionFinalized(BaseModel):
    success: bool
    message: str
    timestamp: datetime
    session_id: UUID
    task_id: UUID
    status: str = Field(
        description="v2: of the task, which is the transcription if the session waits for that, and else "
        "`success`; v1: of the session"
    )
    result: FinalizeResult
    final_data: FinalData

    @classmethod
    def of(cls, task_id: UUID, result: FinalizeResult, *, status: str, audio_path: str | None) -> Self:
        return cls(
            success=result.session_status != "failed",
            message=result.message,
            timestamp=datetime.now(UTC),
            session_id=result.session_id,
            task_id=task_id,
            status=status,
            result=result,
            final_data=FinalData(
                total_duration_seconds=result.total_duration_seconds,
                word_count=result.word_count,
                audio_file_path=audio_path,
                transcription_saved=result.transcription_saved,
            ),
        )


class LiveState(BaseModel):
    """What is known of a session beside its row."""

    status: Status
    recording: bool
    agent: Literal["listening", "absent"]
    last_activity: datetime


class StatusData(BaseModel):
    id: UUID
    title: str
    status: Status
    language: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: float = Field(description="So far, or in all")
    redis_transcription_segments: int = Field(description="Segments that were stored while it was live")
    redis_audio_segments: int = Field(0, description="Always 0: audio does not go through Redis")
    redis_state: LiveState
    is_finalized: bool


class SessionStatus(BaseModel):
    success: bool = True
    message: str = "Session status retrieved"
    timestamp: datetime
    data: StatusData


class SessionResponse(BaseModel):
    """A session as one of its members sees it. `session_id` is `id` again, for clients of either kind."""

    id: UUID
    session_id: UUID
    room_name: str
    title: str
    title_by: TitleBy = Field(description="Minutes replace no title that a `person` has given")
    description: str | None
    status: Status
    language: str
    stt_model: str
    tags: list[str]
    metadata: dict[str, JsonValue]
    template_id: UUID | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: float | None
    record: bool = Field(description="Whether the audio of its meetings is kept")
    usage_hint: str
    invite_code: str
    role: Role

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(
            id=session.id,
            session_id=session.id,
            room_name=room_name(session.id),
            title=session.title,
            title_by=session.title_by,
            description=session.description,
            status=session.status,
            language=session.language,
            stt_model=session.stt_model,
            tags=session.tags,
            metadata=session.metadata,
            template_id=session.template_id,
            created_at=session.created_at,
            updated_at=session.updated_at,
            started_at=session.started_at,
            ended_at=session.ended_at,
            duration_seconds=session.duration_seconds,
            record=session.record,
            usage_hint=_USAGE_HINT,
            invite_code=session.invite_code,
            role=session.role,
        )

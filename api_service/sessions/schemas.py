"""Public JSON of sessions."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_service.bodies import Language, Name, Title
from api_service.sessions.repository import Role, Session, Status

_USAGE_HINT = "Send session_id to POST /api/v1/livekit/connection-details to enter the room of this session"


class SessionCreate(BaseModel):
    title: Title
    language: Language = "zh-CN"
    stt_model: Name = "local_funasr"


class SessionJoin(BaseModel):
    invite_code: Annotated[Name, Field(description="From a member of the session")]


class SessionResponse(BaseModel):
    """A session as one of its members sees it. `session_id` is `id` again, for clients of either kind."""

    id: UUID
    session_id: UUID
    title: str
    status: Status
    language: str
    template_id: UUID | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_seconds: float | None
    usage_hint: str
    invite_code: str
    role: Role

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(
            id=session.id,
            session_id=session.id,
            title=session.title,
            status=session.status,
            language=session.language,
            template_id=session.template_id,
            created_at=session.created_at,
            updated_at=session.updated_at,
            started_at=session.started_at,
            ended_at=session.ended_at,
            duration_seconds=session.duration_seconds,
            usage_hint=_USAGE_HINT,
            invite_code=session.invite_code,
            role=session.role,
        )

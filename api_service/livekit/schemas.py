"""Public JSON of rooms."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api_service.bodies import Language, Name, Title
from api_service.realtime.schemas import ParticipantResponse
from api_service.realtime.service import LiveStatus
from api_service.sessions.repository import Session, Status
from shared.contracts.rooms import room_name


class ConnectionRequest(BaseModel):
    """With `session_id` the room of that session, else that of a new one."""

    room_config: object = Field(
        None, description="Taken and ignored: agents are dispatched by the API itself"
    )
    title: Title | None = Field(None, description="Without one, minutes may give it one")
    language: Language = "zh-CN"
    record: bool = Field(True, description="Whether a new session keeps the audio of its meetings")
    session_id: Name | None = Field(None, description="Id or room name of a session one is a member of")


class ConnectionDetails(BaseModel):
    """What a LiveKit client needs, in the spelling of LiveKit's own examples."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    server_url: str
    room_name: str
    participant_name: str
    participant_token: str
    session_id: UUID


class RoomStatus(BaseModel):
    """A session's room at one moment."""

    room_name: str
    session_id: UUID
    session_status: Status
    created_at: datetime = Field(description="Of the session")
    participant_count: int = Field(description="People in the room, without agents")
    recording: bool
    participants: list[ParticipantResponse]

    @classmethod
    def of(cls, live: LiveStatus) -> Self:
        return cls(
            room_name=room_name(live.session.id),
            session_id=live.session.id,
            session_status=live.session.status,
            created_at=live.session.created_at,
            participant_count=len(live.people),
            recording=live.session.status == "recording",
            participants=[
                ParticipantResponse(identity=each.identity, name=each.name) for each in live.people
            ],
        )


class RoomEnded(BaseModel):
    message: str = "Room session ended successfully"
    room_name: str
    session_id: UUID
    status: Status
    duration_seconds: float | None

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(
            room_name=room_name(session.id),
            session_id=session.id,
            status=session.status,
            duration_seconds=session.duration_seconds,
        )

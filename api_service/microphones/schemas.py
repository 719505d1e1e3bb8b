"""Public JSON of microphones."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from api_service.microphones.repository import MemberMicrophone


class MicrophoneChange(BaseModel):
    """What to say of a microphone."""

    shared: bool = Field(description="Whether several people speak into it")


class MicrophoneResponse(BaseModel):
    """The microphone of a member of the session."""

    user_id: UUID
    name: str
    shared: bool

    @classmethod
    def of(cls, microphone: MemberMicrophone) -> Self:
        return cls(user_id=microphone.user_id, name=microphone.name, shared=microphone.shared)


class MicrophonesResponse(BaseModel):
    """The microphones of all members."""

    session_id: UUID
    microphones: list[MicrophoneResponse]


class MicrophoneChanged(MicrophoneResponse):
    """As it is now."""

    task_id: UUID | None = Field(
        description="Hears a recorded meeting again with it; null while there is nothing to hear, and for"
        " others than the session's owner"
    )
    poll_url: str | None

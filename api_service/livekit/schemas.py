"""Public JSON of entering a room."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api_service.bodies import Language, Name, Title


class ConnectionRequest(BaseModel):
    """With `session_id` the room of that session, else that of a new one."""

    room_config: object = Field(
        None, description="Taken and ignored: agents are dispatched by the API itself"
    )
    title: Title = "New Recording Session"
    language: Language = "zh-CN"
    session_id: Name | None = Field(None, description="Id or room name of a session one is a member of")


class ConnectionDetails(BaseModel):
    """What a LiveKit client needs, in the spelling of LiveKit's own examples."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    server_url: str
    room_name: str
    participant_name: str
    participant_token: str
    session_id: UUID

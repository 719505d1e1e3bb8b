"""Names that the API, the agent and clients agree on in a LiveKit room."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ValidationError

ROOM_PREFIX = "intrascribe_room_"
AGENT_NAME = "intrascribe-agent-session"
CAPTION_TEXT_TOPIC = "lk.transcription"
"""Text streams: partials and finals."""
CAPTION_DATA_TOPIC = "transcription"
"""Data packets: finals only, because old clients append whatever arrives."""

LEASE_SECONDS = 3.0
"""An agent that has not renewed its lease for this long is dead."""
NO_HOLDER = "-"
"""In a lease's place for a moment, when it was taken from an agent that is to find out."""


class AgentJob(BaseModel):
    """The metadata of an agent's dispatch."""

    session_id: UUID
    language: str
    started_at: AwareDatetime
    """Zero of the session's clock, on which every caption's `start` and `end` lie."""

    record: bool = False
    """Whether audio is kept until the room itself says so or otherwise. Off unless somebody says on."""


class RoomMetadata(BaseModel):
    """What everybody in a room can read of it: the metadata of the LiveKit room, as JSON."""

    recording: bool
    """Whether what is said is kept as audio. Captions are kept either way."""

    @classmethod
    def of(cls, metadata: str) -> Self | None:
        """None of a room that says nothing, as those are that LiveKit makes by itself, or something else."""
        try:
            return cls.model_validate_json(metadata)
        except ValidationError:
            return None


def room_name(session_id: UUID) -> str:
    """The LiveKit room of a session."""
    return f"{ROOM_PREFIX}{session_id}"


def session_of(room_or_id: str) -> UUID:
    """The session behind a room name or a bare id. Raises ValueError for anything else."""
    return UUID(room_or_id.removeprefix(ROOM_PREFIX))


def lease_key(session_id: UUID) -> str:
    """Redis key that holds the identity of the one agent that may caption this session."""
    return f"session:{session_id}:agent"


def session_seconds(instant: datetime, started_at: datetime) -> float:
    """An instant as a position on the session's clock, never negative."""
    return max(0.0, (instant - started_at).total_seconds())

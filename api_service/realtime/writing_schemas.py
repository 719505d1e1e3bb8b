"""Public JSON of writing live data, and of the server that carries it."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field


class SegmentStored(BaseModel):
    """The caption is in the session's stream, from where it goes to followers and into the database."""

    success: Literal[True] = True
    message: str = "Transcription segment stored successfully"
    session_id: UUID
    segment_id: str
    revision: int
    start_time: float = Field(description="Seconds on the session's clock")
    end_time: float


class TranscriptCleared(BaseModel):
    success: Literal[True] = True
    message: str = "Session transcription data cleared"
    session_id: UUID


class AudioStored(BaseModel):
    """The audio is in storage, and part of the session's recording when the session is over."""

    success: Literal[True] = True
    message: str = "Audio segment stored successfully"
    session_id: UUID
    start_time: float = Field(description="Seconds on the session's clock")
    end_time: float


class CacheStats(BaseModel):
    """How the server is that live data go through; null is what cannot be known while it is away."""

    redis_status: Literal["connected", "unreachable"]
    connected: bool
    memory_used_mb: float | None
    total_keys: int | None
    connected_clients: int | None
    uptime_seconds: int | None

"""Public JSON of audio files."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api_service.audio.repository import AudioFile
from api_service.bodies import Name

_MAX_NAME = 255


def _file_name(given: str) -> str:
    """The last part of a path, as browsers and scripts of any system send it."""
    name = PurePosixPath(given.replace("\\", "/")).name.strip()
    if not name or name in {".", ".."} or len(name) > _MAX_NAME:
        raise PydanticCustomError("not_a_name", f"A file's name has 1 to {_MAX_NAME} characters")
    if any(not character.isprintable() for character in name):
        raise PydanticCustomError("not_text", "Contains characters that are not text")
    return name


FileName = Annotated[str, StringConstraints(max_length=4096), AfterValidator(_file_name)]
"""Only ever shown: where a file lies follows from its id."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]


class UploadCreate(BaseModel):
    filename: FileName
    size_bytes: Annotated[int, Field(gt=0, le=2**53)]
    sha256: Annotated[Sha256 | None, Field(description="Checked when the upload is completed")] = None
    content_type: Annotated[
        Name | None, Field(description="Taken and not relied on: the content decides what a file is")
    ] = None


class UploadTicket(BaseModel):
    """Send the content with `method` and `headers` to `upload_url`, then POST to `complete_url`."""

    id: UUID
    file_id: UUID
    session_id: UUID
    upload_url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: datetime
    complete_url: str


class AudioFileResponse(BaseModel):
    """A file of a session that is whole. `public_url` plays it without a sign-in, for some hours."""

    id: UUID
    file_id: UUID
    session_id: UUID
    user_id: UUID
    original_filename: str
    storage_path: str
    storage_bucket: str | None
    public_url: str
    file_size_bytes: int
    duration_seconds: float
    format: str
    mime_type: str
    sample_rate: int
    channels: int
    kind: Literal["upload", "mix", "participant"] = Field(
        description="Of a meeting `mix` has all, and `participant` one; both begin with the session's clock"
    )
    participant_identity: str | None
    participant_name: str | None
    upload_status: Literal["pending", "completed"]
    processing_status: Literal["pending", "processing", "completed", "failed"]
    file_hash: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, file: AudioFile, *, public_url: str) -> Self:
        return cls.model_validate(
            {name: getattr(file, name) for name in cls.model_fields if hasattr(file, name)}
            | {"file_id": file.id, "public_url": public_url}
        )


class Deleted(BaseModel):
    message: str
    file_id: UUID


class LegacyFile(BaseModel):
    """What the original's audio routes answer, and the session beside it."""

    success: Literal[True] = True
    message: str
    file_id: UUID
    file_url: str
    session_id: UUID


class LegacyProcess(BaseModel):
    session_id: Name
    audio_format: Annotated[Name | None, Field(description="Only a file of this format; any when null")] = (
        None
    )


class LegacySession(BaseModel):
    session_id: Name


class LegacyCurrent(BaseModel):
    session_id: UUID | None
    status: Literal["active", "none"]


class LegacyCurrentSet(LegacyCurrent):
    success: Literal[True] = True
    message: str


class LegacyCache(BaseModel):
    """What live captions of one's own sessions take in memory right now."""

    total_sessions: int
    cache_size_mb: float
    active_sessions: int
    oldest_session: UUID | None
    cache_memory_usage: Annotated[dict[str, int], Field(description="Bytes by session")]

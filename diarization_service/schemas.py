"""The service's own JSON beside the contract: what may be asked, health and information."""

from typing import Literal

from pydantic import BaseModel, Field

from shared.contracts import service
from shared.contracts.diarization import DiarizeOptions
from shared.contracts.service import ServiceInfo

__all__ = ["DiarizeQuery", "Health", "HealthDetails", "Info", "ServiceInfo"]

Format = Literal["json", "rttm", "events"]


class DiarizeQuery(DiarizeOptions):
    """Beside what the turns shall be, the form of the answer."""

    format: Format | None = Field(None, description="Instead of what the header Accept says")


class DiarizeForm(DiarizeOptions):
    """The fields of the form beside the file."""

    session_id: str | None = Field(None, max_length=200)


class HealthDetails(BaseModel):
    """The model as the health page knows it."""

    diarization_available: bool
    missing: str | None = Field(description="What keeps it from being available")
    model_load_time: float = Field(description="Seconds")
    model_name: str
    device: str
    token_configured: bool = Field(
        description="Whether HF_TOKEN is set, which fetching the community model needs"
    )


class Health(service.Health):
    """`GET /health`."""

    details: HealthDetails


class DiarizationInfo(BaseModel):
    """What tells speakers apart."""

    available: bool
    missing: str | None
    model_name: str
    model_dir: str
    device: str
    load_time_seconds: float
    revision: str | None = Field(description="Commit on the hub, where the model is from there")
    sha256: dict[str, str] | None = Field(description="Of the model's files, where they were checked")
    chosen_because: str


class ConfigInfo(BaseModel):
    """What bounds requests."""

    min_segment_duration: float = Field(0.0, description="Seconds; no turn is left out for being short")
    max_speakers: int = Field(description="Unless a request says otherwise")
    pyannote_model: str
    max_audio_length: float = Field(description="Seconds")
    max_waiting: int
    max_body_bytes: int


class Info(BaseModel):
    """`GET /info`."""

    service: ServiceInfo
    diarization: DiarizationInfo
    config: ConfigInfo

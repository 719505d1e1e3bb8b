"""The service's own JSON beside the contract: the documented request body, health and information."""

from pydantic import BaseModel, Field

from shared.contracts import service
from shared.contracts.service import ServiceInfo
from shared.contracts.stt import Language

__all__ = ["AudioData", "Health", "Info", "JsonRequest", "Language", "ModelInfo", "ServiceInfo"]


class AudioData(BaseModel):
    """Samples as JSON."""

    sample_rate: int = Field(ge=4_000, le=192_000)
    audio_array: object = Field(
        description="Mono samples in [-1, 1] or on the scale of 16 bits",
        json_schema_extra={"type": "array", "items": {"type": "number"}, "minItems": 1},
    )
    """Untyped, because these are millions of numbers, which are checked together as one array."""

    format: str = Field("wav", max_length=32)
    duration_seconds: float | None = None


class JsonRequest(BaseModel):
    """What the original product's agent sends."""

    audio_data: AudioData
    session_id: str | None = Field(None, max_length=200)
    language: Language = "zh-CN"


class HealthDetails(BaseModel):
    """The model as the health page knows it."""

    model_loaded: bool
    model_load_time: float = Field(description="Seconds")
    model_device: str
    model_dir: str


class Health(service.Health):
    """`GET /health`."""

    details: HealthDetails


class ModelInfo(BaseModel):
    """What recognises."""

    loaded: bool
    load_time_seconds: float
    model_dir: str
    device: str
    engine: str = Field(description="What runs the model: funasr, faster-whisper or moonshine")
    model: str = Field(description="The model's name")
    revision: str | None = Field(description="Commit on the hub, where the model is from there")
    sha256: dict[str, str] | None = Field(description="Of the model's files, where they were checked")
    languages: tuple[str, ...] = Field(description="What the engine understands, whatever a request asks for")
    has_words: bool = Field(description="Whether it can tell where each word lies")
    chosen_because: str


class ConfigInfo(BaseModel):
    """What bounds requests and streams."""

    max_audio_length: float = Field(description="Seconds")
    batch_size: int = Field(description="Requests that `POST /batch-transcribe` takes at once")
    engine_batch_size: int = Field(description="Pieces of audio that the engine recognises together")
    batch_timeout_ms: float
    max_waiting: int
    max_streams: int
    max_body_bytes: int


class Info(BaseModel):
    """`GET /info`."""

    service: ServiceInfo
    model: ModelInfo
    config: ConfigInfo

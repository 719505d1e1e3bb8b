"""Everything the speech service reads from its environment."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class SttSettings(ServiceSettings):
    """Defaults work in compose; on one machine the supervisor sets what differs."""

    model_config = SettingsConfigDict(env_prefix="STT_", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = 8001

    engine: Literal["auto", "funasr", "faster-whisper", "moonshine"] = "auto"
    """`auto` takes the first engine whose library and weights are there; /info says which and why."""

    model_dir: Path | None = None
    """A folder of your own with a model of the engine, instead of the one we measured."""

    model: str = Field("", pattern=r"^$|^[a-z0-9.-]+$|^[\w.-]+/[\w.-]+@[0-9a-f]{40}$")
    """A name that `make models` lists, or `owner/name@commit` of the Hugging Face hub; fetched beforehand."""

    vad_model: str = ""
    """Divides long pieces for funasr where somebody pauses: a folder, or a model as in STT_MODEL."""

    punctuation_model: str = ""
    """Writes the punctuation that Paraformer leaves out: a folder, or a model as in STT_MODEL."""

    device: Literal["auto", "cpu", "cuda"] = "auto"

    models_directory: Path = Path("models")
    """One folder per model; `make models` shows and fills it."""

    inference_threads: int | None = Field(None, ge=1)
    """Threads inside one call of the model; by default one for a small model, one per core for large ones."""

    diarization_url: str = Field(
        "", validation_alias=AliasChoices("STT_DIARIZATION_SERVICE_URL", "DIARIZATION_SERVICE_URL")
    )
    """Where to ask who speaks, for `diarized_json`; empty where there is nobody to ask."""

    diarization_timeout_seconds: float = Field(120, gt=0)

    max_audio_seconds: float = Field(300, gt=0)
    max_body_bytes: int = Field(64_000_000, gt=0)
    """Five minutes of two channels at 48 kHz."""

    max_bodies_bytes: int = Field(256_000_000, gt=0)
    """Of all bodies together that are being received or heard; what does not fit any more is refused."""

    body_timeout_seconds: float = Field(60, gt=0)
    """A body that comes more slowly would keep its place from others."""

    max_json_bytes: int = Field(20_000_000, gt=0)
    """Parsing JSON holds up everybody else for as long as it takes; longer audio comes as audio."""

    max_waiting: int = Field(16, ge=1)
    """Requests that may wait for the model; a quarter of these places is open to partials."""

    max_batch_size: int = Field(
        8, ge=1, validation_alias=AliasChoices("STT_MAX_BATCH_SIZE", "MAX_BATCH_SIZE")
    )
    """Requests recognised together, where the engine gains from that."""

    batch_timeout_ms: float = Field(
        10, ge=0, validation_alias=AliasChoices("STT_BATCH_TIMEOUT_MS", "BATCH_TIMEOUT_MS")
    )
    """How long after its first request a batch that is not full waits for more, where the model has just been
    busy with others. A model that is idle begins at once: there is nobody to share a batch with."""

    max_streams: int = Field(32, ge=1)
    """WebSockets that are listened to at once; more are refused with 503."""

    stream_idle_seconds: float = Field(300, gt=0)
    """A stream that sends nothing for so long is closed: its client may have vanished."""

    allowed_origins: str = ""
    """Origins of the web pages that may open streams, separated by commas: `https://meet.example.com`."""

    speech_threshold: float = Field(0.5, gt=0, lt=1)
    """Probability of speech from which a frame of a stream counts as speech. Lower hears more, also noise."""

    pause_seconds: float = Field(0.45, gt=0)
    """Silence that ends an utterance of a stream. Shorter brings finals sooner but cuts sentences."""

    max_utterance_seconds: float = Field(11.5, ge=4)
    """Utterances of a stream that grow longer are cut at a quiet place."""

    @property
    def origins(self) -> frozenset[str]:
        """`allowed_origins` one by one."""
        return frozenset(origin.strip() for origin in self.allowed_origins.split(",") if origin.strip())

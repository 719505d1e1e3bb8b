"""Everything the diarization service reads from its environment."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.contracts.diarization import MAX_AUDIO_SECONDS
from shared.settings import ServiceSettings


class DiarizationSettings(ServiceSettings):
    """Defaults work in compose; on one machine the supervisor sets what differs."""

    model_config = SettingsConfigDict(env_prefix="DIARIZATION_", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = 8002

    model_dir: Path | None = None
    """A folder of your own with a pipeline that pyannote loads, instead of the one we measured."""

    model: str = Field("auto", pattern=r"^[a-z0-9.-]+$|^\w[\w.-]*/\w[\w.-]*(@[0-9a-f]{40})?$")
    """A name that `make models` lists, or `owner/name@commit` of the Hugging Face hub; fetched beforehand.
    `auto` takes pyannote's community pipeline where it is there, else the weights that packages carry."""

    device: Literal["auto", "cpu", "cuda"] = "auto"

    models_directory: Path = Path("models")
    """One folder per model; `make models` shows and fills it."""

    inference_threads: int | None = Field(None, ge=1)
    """Threads inside one call of the model; by default one per core, at most four."""

    hf_token: SecretStr | None = Field(
        None, validation_alias=AliasChoices("HF_TOKEN", "HUGGINGFACE_TOKEN"), repr=False
    )
    """Used where models are fetched; the service itself only says in /health whether there is one."""

    max_audio_seconds: float = Field(MAX_AUDIO_SECONDS, gt=0)
    """Memory grows with it: an hour takes about 2 GB in all. The API and its workers read the same name."""

    max_body_bytes: int = Field(360_000_000, gt=0)
    """Three hours of PCM."""

    max_json_bytes: int = Field(64_000_000, gt=0)
    """Of JSON with a file in hexadecimal digits, which takes twice the file's size."""

    body_timeout_seconds: float = Field(120, gt=0)
    """In which a body is to be there; until then it has one of the places of those who wait."""

    max_waiting: int = Field(4, ge=1)
    """Requests that may wait for the model, each with its audio in memory; more are refused with 503."""

    max_speakers: int = Field(20, ge=1, le=100)
    """Told apart at most, unless a request says otherwise."""

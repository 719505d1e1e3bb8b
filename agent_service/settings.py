"""Everything the agent reads from its environment."""

from pathlib import Path
from tempfile import gettempdir

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import StorageSettings


class AgentSettings(StorageSettings):
    """Defaults work in compose; on one machine the supervisor sets what differs."""

    model_config = SettingsConfigDict(env_prefix="AGENT_")

    host: str = "127.0.0.1"
    """Where `GET /` tells whether the worker is registered with LiveKit and `GET /metrics` what waits."""

    port: int = 8081

    livekit_url: str = Field("ws://livekit:7880", validation_alias="LIVEKIT_URL")
    livekit_api_key: str = Field("devkey", validation_alias="LIVEKIT_API_KEY")
    livekit_api_secret: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("LIVEKIT_API_SECRET", "LIVEKIT_SECRET")
    )
    redis_url: SecretStr = Field(SecretStr("redis://redis:6379/0"), validation_alias="REDIS_URL")
    stt_service_url: str = Field("http://stt-service:8001", validation_alias="STT_SERVICE_URL")

    max_rooms: int = Field(50, ge=1)
    """Rooms that one worker captions; further ones go to other workers."""

    idle_processes: int = Field(1, ge=0)
    """Processes kept ready for the next room, so that it need not wait for one to start."""

    max_requests: int = Field(4, ge=1)
    """Recognitions that one room may have under way at once."""

    stt_timeout_seconds: float = Field(20.0, gt=0)
    """How long one recognition may take, its time in the queue included, before it is tried anew."""

    speech_threshold: float = Field(0.5, gt=0, lt=1)
    """Probability of speech from which a frame counts as speech. Lower hears more, noise included."""

    pause_seconds: float = Field(0.45, gt=0)
    """Silence that ends an utterance. Shorter brings finals sooner but cuts sentences into pieces."""

    max_utterance_seconds: float = Field(11.5, ge=4)
    """Utterances that grow longer are cut at a quiet place; the embedded engine hears worse beyond."""

    stop_seconds: float = Field(6.0, gt=0)
    """How long a stopping worker goes on delivering what was said before it gives the session up."""

    finish_seconds: float = Field(120.0, ge=0)
    """How long finals that no speech service would take are still tried after the room has ended."""

    drain_seconds: int = Field(0, ge=0)
    """How long a stopping worker first lets its rooms end by themselves. Without it, they move at once."""

    spool_directory: Path = Path(gettempdir()) / "intrascribe-spool"
    """Where recorded chunks wait for storage. On a disk that stays, they outlive this machine's restart."""

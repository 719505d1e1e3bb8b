"""Everything the embedded platform reads from its environment."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_UDP_PORTS = 200


class EmbeddedSettings(BaseSettings):
    """Ports on loopback, and the servers of others to use. A server whose address is given is not started."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, env_prefix="EMBEDDED_", env_ignore_empty=True
    )

    api_port: int = 8000
    stt_port: int = 8001
    diarization_port: int = 8002
    worker_port: int = 8010
    """Where the worker of the API answers whether it is well."""

    agent_port: int = 8081
    """Where the agent service answers whether it is well."""

    postgres_port: int = 54322
    valkey_port: int = 56379
    livekit_port: int = 7880
    livekit_tcp_port: int = 7881
    livekit_metrics_port: int = 7889
    livekit_udp_first_port: int = Field(50000, le=65535 - _UDP_PORTS)
    """Media over UDP takes this port and the 200 that follow."""

    database_url: str | None = Field(None, validation_alias="DATABASE_URL", repr=False)
    """Login of the role `intrascribe_api` on a Postgres of one's own."""

    database_admin_url: str | None = Field(None, validation_alias="DATABASE_ADMIN_URL", repr=False)
    """Who may apply migrations there; without it they are left to its owner."""

    redis_url: str | None = Field(None, validation_alias="REDIS_URL", repr=False)
    livekit_url: str | None = Field(None, validation_alias="LIVEKIT_URL")
    """A running LiveKit; its key and secret come with it, and its webhooks must be pointed at the API."""

    livekit_public_url: str | None = Field(None, validation_alias="LIVEKIT_PUBLIC_URL")
    livekit_api_key: str | None = Field(None, validation_alias="LIVEKIT_API_KEY", repr=False)
    livekit_api_secret: str | None = Field(None, validation_alias="LIVEKIT_API_SECRET", repr=False)
    livekit_server_bin: Path | None = Field(None, validation_alias="LIVEKIT_SERVER_BIN")
    """A LiveKit server to run instead of building one."""

    stt_engine: str = Field("auto", validation_alias="STT_ENGINE")
    """The speech service reads it too; here it decides which of that service's environments is started."""

    diarization: bool = Field(False, validation_alias="INTRASCRIBE_DIARIZATION")
    """Whether the diarization service is installed, which takes 5 GB, and started."""

    @property
    def livekit_udp_last_port(self) -> int:
        return self.livekit_udp_first_port + _UDP_PORTS

    @property
    def stt_environment(self) -> str:
        return "stt-funasr" if self.stt_engine == "funasr" else "stt"

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def stt_url(self) -> str:
        return f"http://127.0.0.1:{self.stt_port}"

    @property
    def diarization_url(self) -> str:
        return f"http://127.0.0.1:{self.diarization_port}"

    @model_validator(mode="after")
    def _keys_come_with_a_livekit(self) -> Self:
        if self.livekit_url and not (self.livekit_api_key and self.livekit_api_secret):
            raise ValueError("LIVEKIT_URL needs LIVEKIT_API_KEY and LIVEKIT_API_SECRET beside it")
        return self

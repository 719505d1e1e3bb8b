"""Everything the API reads from its environment."""

from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class ApiSettings(ServiceSettings):
    """Defaults work in compose; on one machine the supervisor sets what differs."""

    model_config = SettingsConfigDict(env_prefix="API_")

    host: str = "127.0.0.1"
    port: int = 8000
    max_body_bytes: int = 1_000_000

    database_url: SecretStr = Field(
        SecretStr("postgresql://intrascribe_api@postgres:5432/postgres"), validation_alias="DATABASE_URL"
    )
    """Login of the role `intrascribe_api`, which can become `authenticated` and nothing more."""

    database_connections: int = 8
    """Size of the pool of one API process."""

    redis_url: SecretStr = Field(SecretStr("redis://redis:6379/0"), validation_alias="REDIS_URL")
    livekit_url: str = Field(
        "ws://livekit:7880", validation_alias=AliasChoices("LIVEKIT_URL", "LIVEKIT_API_URL")
    )
    """Where this service reaches LiveKit."""

    livekit_public_url: str | None = Field(None, validation_alias="LIVEKIT_PUBLIC_URL")
    """Where browsers reach LiveKit; the same as LIVEKIT_URL when it is not given."""

    livekit_api_key: str = Field("devkey", validation_alias="LIVEKIT_API_KEY")
    livekit_api_secret: SecretStr = Field(
        SecretStr(""), validation_alias=AliasChoices("LIVEKIT_API_SECRET", "LIVEKIT_SECRET")
    )
    stt_service_url: str = Field("http://stt-service:8001", validation_alias="STT_SERVICE_URL")

    jwks_url: str | None = None
    """Where the keys of users' tokens are published; Supabase's by default when SUPABASE_URL is given."""

    jwt_issuer: str | None = None
    jwt_audience: str = "authenticated"
    jwt_secret: SecretStr | None = Field(None, validation_alias="SUPABASE_JWT_SECRET")
    """Legacy: accepts HS256 tokens signed with this secret. Never needed where a JWKS is published."""

    supabase_url: str | None = Field(None, validation_alias="SUPABASE_URL")

    development_key_file: Path | None = None
    """A private key of our own, made when absent, for development tokens; only while on loopback."""

    web_directory: Path = Path("web/dist")
    """The built page; without it the API serves JSON alone."""

"""Everything the API reads from its environment."""

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Self

from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from api_service.environment import LISTED, UNLESS_EMPTY
from api_service.llm.settings import ModelSettings
from shared.contracts.diarization import MAX_AUDIO_SECONDS
from shared.settings import ServiceSettings, StorageSettings

_POOLER_PORT = "6543"


def _network(value: str) -> str:
    return str(ip_network(value, strict=False))


Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?$")]
HostName = Annotated[str, Field(pattern=r"^(\*\.)?[a-z0-9.:-]+$")]
Limit = Annotated[str, Field(pattern=r"^([1-9][0-9]*/(second|minute|hour|day))?$")]
"""So many in so long; nothing for as many as come."""


class ApiSettings(ModelSettings, StorageSettings):
    """Defaults work in compose; on one machine the supervisor sets what differs."""

    # What does not fit may be a secret, and the refusal is logged.
    model_config = SettingsConfigDict(env_prefix="API_", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = 8000
    max_body_bytes: int = 1_000_000
    max_upload_bytes: int = Field(500_000_000, ge=1)
    """Of one audio file."""

    public_url: str | None = None
    """Where clients reach this service, when that is not the address they ask for themselves."""

    signing_secret: SecretStr | None = None
    """Signs links to files; derived from LiveKit's secret when it is not given. A new one ends all links."""

    storage_proxy: bool = False
    """Pass files of a bucket through this service, for buckets that clients cannot reach or may not see."""

    database_url: SecretStr = Field(
        SecretStr("postgresql://intrascribe_api@postgres:5432/postgres"), validation_alias="DATABASE_URL"
    )
    """Login of the role `intrascribe_api`, which can become `authenticated` and nothing more."""

    database_connections: int = 8
    """Size of the pool of one API process."""

    database_prepares: Annotated[bool | None, UNLESS_EMPTY] = None
    """Whether connections prepare what they ask often, which a pooler that gives each transaction another
    connection does not stand; by default they do, but on Supabase's port for such, 6543."""

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

    diarization_service_url: Annotated[str | None, UNLESS_EMPTY] = Field(
        None, validation_alias=AliasChoices("DIARIZATION_SERVICE_URL", "SPEAKER_SERVICE_URL")
    )
    """Tells who speaks in uploads; without it their transcripts have no speakers, and say so."""

    diarization_max_seconds: float = Field(
        MAX_AUDIO_SECONDS, gt=0, validation_alias="DIARIZATION_MAX_AUDIO_SECONDS"
    )
    """What that service takes at once; transcripts of longer recordings have no speakers, and say so."""

    second_pass: bool = True
    """Whether meetings are heard again from their recording when they are over."""

    second_pass_stt_service_url: Annotated[str | None, UNLESS_EMPTY] = None
    """A speech service that hears them better and may be slower; by default the one that hears everything."""

    batch_wait_seconds: float = Field(45.0, ge=0, le=300)
    """How long an upload waits for its transcript. Clients of the original give up after a minute."""

    worker_host: str = "127.0.0.1"
    worker_port: int = 8010
    """Where a worker answers `/health` and `/metrics`."""

    worker_jobs: int = Field(2, ge=1, le=64)
    """Jobs that one worker runs at once."""

    worker_pieces: int = Field(2, ge=1, le=64)
    """Pieces of one recording that are recognised at once."""

    worker_patience_seconds: float = Field(60.0, gt=0)
    """A job asks a service that does not answer for so long; then it is begun again later."""

    worker_limit_seconds: float = Field(6 * 3600.0, ge=60)
    """A job that takes longer has failed."""

    max_recording_seconds: float = Field(12 * 3600.0, ge=60)
    """Longer recordings are not transcribed."""

    captions_kept_seconds: float = Field(3600.0, ge=600)
    """Followers may resume from positions this old; what is stored leaves Redis later than this."""

    captions_abandoned_seconds: float = Field(15.0, ge=1)
    """A caption that an API process read and did not store for this long is taken over by another."""

    jwks_url: str | None = None
    """Where the keys of users' tokens are published; Supabase's by default when SUPABASE_URL is given."""

    jwt_issuer: str | None = None
    """The `iss` of users' tokens; Supabase's by default when SUPABASE_URL is given."""

    jwt_audience: str = "authenticated"
    jwt_secret: SecretStr | None = Field(None, validation_alias="SUPABASE_JWT_SECRET")
    """Legacy: accepts HS256 tokens signed with this secret. Never needed where a JWKS is published."""

    supabase_url: str | None = Field(None, validation_alias="SUPABASE_URL")

    supabase_service_key: Annotated[SecretStr | None, UNLESS_EMPTY] = Field(
        None, validation_alias="SUPABASE_SERVICE_ROLE_KEY"
    )
    """Ends accounts whose owners want that; used for nothing else, and without it nobody can."""

    development_key_file: Path | None = None
    """A private key of our own, made when absent, for development tokens; only while on loopback."""

    service_token: Annotated[SecretStr | None, UNLESS_EMPTY] = Field(
        None, validation_alias="SERVICE_TOKEN", min_length=16
    )
    """What agents of other kinds show to write captions; without it nobody may."""

    docs: bool = True
    """Whether /docs, /redoc and /openapi.json are served."""

    cors_origins: Annotated[tuple[Origin, ...], *LISTED] = ()
    """Pages of these origins may use the API and its sockets from a browser; our own page needs no entry."""

    trusted_hosts: Annotated[tuple[HostName, ...], *LISTED] = ()
    """Names by which clients may ask, `*.example.com` for all below one; any name when it is empty."""

    trusted_proxies: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], *LISTED] = ()
    """Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    rate_limits: bool = True
    rate_limit_reads: Limit = "1200/minute"
    """Of one account, in all processes together; so are the others."""

    rate_limit_writes: Limit = "240/minute"
    rate_limit_anonymous: Limit = "600/minute"
    """Of one address, without a valid token."""

    rate_limit_sign_in: Limit = "30/minute"
    """Development tokens for one address."""

    web_directory: Path = Path("web/dist")
    """The built page; without it the API serves JSON alone."""

    @model_validator(mode="after")
    def _keys_have_an_issuer(self) -> Self:
        if (self.jwks_url or self.jwt_secret) and not self.token_issuer:
            raise ValueError("API_JWT_ISSUER or SUPABASE_URL must say who issues the tokens")
        return self

    @property
    def budgets(self) -> dict[str, str]:
        """The rate limits by the name that clients see."""
        return {
            "reads": self.rate_limit_reads,
            "writes": self.rate_limit_writes,
            "anonymous": self.rate_limit_anonymous,
            "sign-in": self.rate_limit_sign_in,
        }

    @property
    def token_issuer(self) -> str | None:
        """Who signs the tokens of users, or None where only development tokens are accepted."""
        return self.jwt_issuer or self.supabase_auth_url

    @property
    def token_keys_url(self) -> str | None:
        """Where the public keys of that issuer are."""
        published = f"{self.supabase_auth_url}/.well-known/jwks.json" if self.supabase_auth_url else None
        return self.jwks_url or published

    @property
    def connections_prepare(self) -> bool:
        """Whether statements are prepared."""
        if self.database_prepares is not None:
            return self.database_prepares
        return conninfo_to_dict(self.database_url.get_secret_value()).get("port") != _POOLER_PORT

    @property
    def development_sign_in(self) -> bool:
        """Whether this process may issue tokens itself: only in development, and only on loopback."""
        return (
            self.environment == "development"
            and self.development_key_file is not None
            and is_loopback(self.host)
        )

    @property
    def storage_direct(self) -> bool:
        """Whether clients are sent to the bucket itself."""
        return not self.storage_url.startswith("file:") and not self.storage_proxy

    @property
    def browser_livekit_url(self) -> str:
        """Where clients connect."""
        return self.livekit_public_url or self.livekit_url

    @property
    def supabase_auth_url(self) -> str | None:
        """Where GoTrue is, if users sign in there."""
        return f"{self.supabase_url.rstrip('/')}/auth/v1" if self.supabase_url else None


class SchemaSettings(ServiceSettings):
    """What the command that brings the queue's tables reads."""

    database_admin_url: SecretStr = Field(validation_alias="DATABASE_ADMIN_URL")
    """Of whoever applies migrations."""


def is_loopback(host: str) -> bool:
    """Whether a host, as it is bound to or written in a URL, can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

"""Which parts make up the platform: the servers of ours, those of others, and the services."""

from dataclasses import dataclass
from pathlib import Path

from embedded import services
from embedded.credentials import Credentials
from embedded.layout import Layout
from embedded.migrations import API_ROLE
from embedded.servers import livekit, postgres, valkey
from embedded.services import Addresses
from embedded.settings import EmbeddedSettings
from embedded.supervision import asking
from embedded.supervision.asking import Part
from embedded.supervision.programs import Port, Program


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything that has to run, and where it is reached."""

    settings: EmbeddedSettings
    addresses: Addresses
    admin_url: str | None
    """Who may apply migrations; None leaves them to the owner of the database."""

    servers: tuple[Program, ...]
    services: tuple[Program, ...]
    given: tuple[Part, ...]
    """Servers of others."""

    @property
    def groups(self) -> dict[str, tuple[Program, ...]]:
        """What is started after what; ended in reverse."""
        groups = {"servers": self.servers, "services": self.services}
        return {name: programs for name, programs in groups.items() if programs}

    @property
    def programs(self) -> tuple[Program, ...]:
        return self.servers + self.services


def compose(
    settings: EmbeddedSettings, layout: Layout, credentials: Credentials, *, livekit_binary: Path
) -> Platform:
    """Decide what runs. Nothing is written or started."""
    addresses = _addresses(settings, credentials)
    own_admin_url = postgres.url(postgres.ADMIN, credentials.postgres_admin_password, settings.postgres_port)
    servers = [
        None if settings.database_url else _postgres(settings, layout, credentials),
        None if settings.redis_url else _valkey(settings, layout, credentials),
        None if settings.livekit_url else _livekit(settings, layout, credentials, livekit_binary),
    ]
    return Platform(
        settings=settings,
        addresses=addresses,
        admin_url=settings.database_admin_url if settings.database_url else own_admin_url,
        servers=tuple(server for server in servers if server),
        services=tuple(services.programs(settings, addresses, layout)),
        given=tuple(_given(settings)),
    )


def _addresses(settings: EmbeddedSettings, credentials: Credentials) -> Addresses:
    own_livekit = f"ws://127.0.0.1:{settings.livekit_port}"
    livekit_url = settings.livekit_url or own_livekit
    key, secret = credentials.livekit_api_key, credentials.livekit_api_secret
    if settings.livekit_url:
        key, secret = settings.livekit_api_key or "", settings.livekit_api_secret or ""
    return Addresses(
        database_url=settings.database_url
        or postgres.url(API_ROLE, credentials.postgres_api_password, settings.postgres_port),
        redis_url=settings.redis_url or valkey.url(credentials.valkey_password, settings.valkey_port),
        livekit_url=livekit_url,
        livekit_public_url=settings.livekit_public_url or livekit_url,
        livekit_api_key=key,
        livekit_api_secret=secret,
    )


def _given(settings: EmbeddedSettings) -> list[Part]:
    parts = []
    if settings.database_url:
        parts.append(Part("the Postgres of DATABASE_URL", asking.postgres(settings.database_url)))
    if settings.redis_url:
        parts.append(Part("the server of REDIS_URL", asking.valkey(settings.redis_url)))
    if settings.livekit_url:
        # ws:// and wss:// are http:// and https:// until a socket is opened.
        address = settings.livekit_url.replace("ws", "http", 1)
        parts.append(Part("the LiveKit of LIVEKIT_URL", asking.http(address)))
    return parts


def _postgres(settings: EmbeddedSettings, layout: Layout, credentials: Credentials) -> Program:
    return postgres.program(
        layout.postgres,
        port=Port(settings.postgres_port, "EMBEDDED_POSTGRES_PORT"),
        password=credentials.postgres_admin_password,
        durable=True,
    )


def _valkey(settings: EmbeddedSettings, layout: Layout, credentials: Credentials) -> Program:
    return valkey.program(
        layout.valkey,
        configuration=layout.run / "valkey.conf",
        port=Port(settings.valkey_port, "EMBEDDED_VALKEY_PORT"),
        password=credentials.valkey_password,
    )


def _livekit(settings: EmbeddedSettings, layout: Layout, credentials: Credentials, binary: Path) -> Program:
    return livekit.program(
        binary,
        configuration=layout.run / "livekit.json",
        ports=livekit.Ports(
            http=Port(settings.livekit_port, "EMBEDDED_LIVEKIT_PORT"),
            tcp=Port(settings.livekit_tcp_port, "EMBEDDED_LIVEKIT_TCP_PORT"),
            metrics=Port(settings.livekit_metrics_port, "EMBEDDED_LIVEKIT_METRICS_PORT"),
            udp_first=settings.livekit_udp_first_port,
            udp_last=settings.livekit_udp_last_port,
        ),
        credentials=credentials,
        webhook_url=f"{settings.api_url}{services.WEBHOOK_PATH}",
    )

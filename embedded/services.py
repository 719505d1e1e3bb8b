"""Our own services, each in its own environment and told where the others are."""

from pydantic import BaseModel, ConfigDict

from embedded.environments import ENVIRONMENTS, ROOT
from embedded.layout import Layout
from embedded.settings import EmbeddedSettings
from embedded.supervision import asking
from embedded.supervision.programs import Port, Program

WEBHOOK_PATH = "/api/v1/livekit/webhook"


class Addresses(BaseModel):
    """Where the servers are, with the credentials to reach them."""

    model_config = ConfigDict(frozen=True)

    database_url: str
    redis_url: str
    livekit_url: str
    livekit_public_url: str
    livekit_api_key: str
    livekit_api_secret: str


def programs(settings: EmbeddedSettings, addresses: Addresses, layout: Layout) -> list[Program]:
    """The speech service, the API, its worker, the agents, and the diarization service where it is wanted."""
    everywhere = _everywhere(settings, addresses, layout)
    api = everywhere | {
        "API_HOST": "127.0.0.1",
        "API_PORT": str(settings.api_port),
        "API_WORKER_PORT": str(settings.worker_port),
        "API_DEVELOPMENT_KEY_FILE": str(layout.secrets / "development_key.pem"),
        "API_WEB_DIRECTORY": str(ROOT / "web" / "dist"),
        "DATABASE_URL": addresses.database_url,
        "LIVEKIT_PUBLIC_URL": addresses.livekit_public_url,
    }
    agent = everywhere | {
        "AGENT_HOST": "127.0.0.1",
        "AGENT_PORT": str(settings.agent_port),
        "AGENT_SPOOL_DIRECTORY": str(layout.spool),
    }
    return [
        _stt(settings),
        *_diarization(settings),
        _program("api", api, port=Port(settings.api_port, "EMBEDDED_API_PORT"), health="/health"),
        _program(
            "worker",
            api,
            port=Port(settings.worker_port, "EMBEDDED_WORKER_PORT"),
            health="/health",
            installed_as="api",
            module="api_service.jobs",
        ),
        _program("agent", agent, port=Port(settings.agent_port, "EMBEDDED_AGENT_PORT"), health="/"),
    ]


def _everywhere(settings: EmbeddedSettings, addresses: Addresses, layout: Layout) -> dict[str, str]:
    """What the API, its worker and the agents are told."""
    return {
        "PYTHONUNBUFFERED": "1",
        "REDIS_URL": addresses.redis_url,
        "LIVEKIT_URL": addresses.livekit_url,
        "LIVEKIT_API_KEY": addresses.livekit_api_key,
        "LIVEKIT_API_SECRET": addresses.livekit_api_secret,
        "STT_SERVICE_URL": settings.stt_url,
        "STORAGE_URL": layout.storage.absolute().as_uri(),
        **_speakers(settings),
    }


def _speakers(settings: EmbeddedSettings) -> dict[str, str]:
    return {"DIARIZATION_SERVICE_URL": settings.diarization_url} if settings.diarization else {}


def _stt(settings: EmbeddedSettings) -> Program:
    environment = {
        "PYTHONUNBUFFERED": "1",
        "STT_HOST": "127.0.0.1",
        "STT_PORT": str(settings.stt_port),
        "STT_MODELS_DIRECTORY": str(ROOT / "models"),
        **_speakers(settings),
    }
    port = Port(settings.stt_port, "EMBEDDED_STT_PORT")
    return _program("stt", environment, port=port, health="/health", installed_as=settings.stt_environment)


def _diarization(settings: EmbeddedSettings) -> list[Program]:
    if not settings.diarization:
        return []
    environment = {
        "PYTHONUNBUFFERED": "1",
        "DIARIZATION_HOST": "127.0.0.1",
        "DIARIZATION_PORT": str(settings.diarization_port),
        "DIARIZATION_MODELS_DIRECTORY": str(ROOT / "models"),
    }
    port = Port(settings.diarization_port, "EMBEDDED_DIARIZATION_PORT")
    return [_program("diarization", environment, port=port, health="/health")]


def _program(
    name: str,
    environment: dict[str, str],
    *,
    port: Port,
    health: str,
    installed_as: str | None = None,
    module: str | None = None,
) -> Program:
    return Program(
        name,
        (str(ENVIRONMENTS[installed_as or name].python), "-m", module or f"{name}_service"),
        asking.http(f"http://127.0.0.1:{port.number}{health}"),
        ports=(port,),
        environment=environment,
        # Long enough for what was said to be delivered.
        stop_seconds=20,
    )

"""`/`, `/health` and `/info`."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api_service.operations import service
from api_service.operations.schemas import HealthResponse, InfoResponse, ServiceInfo, Welcome
from api_service.page.files import PAGE_PATH
from api_service.runtime import CurrentRuntime, Runtime

NAME = "Intrascribe API Service"
VERSION = "1.0.0"
_ENDPOINTS = {
    "auth": "/api/v1/auth",
    "users": "/api/v1/users",
    "sessions": "/api/v1/sessions",
    "templates": "/api/v1/templates",
    "tasks": "/api/v2/tasks",
    "livekit": "/api/v1/livekit",
    "realtime": "/api/v1/realtime",
    "page": PAGE_PATH,
    "docs": "/docs",
    "health": "/health",
    "metrics": "/metrics",
}

router = APIRouter(tags=["operations"])


@router.get("/", response_model=Welcome)
async def welcome(request: Request, response: Response) -> Welcome | Response:
    """Programs learn where to go; browsers are taken to the page."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(PAGE_PATH, headers={"vary": "Accept"})
    response.headers["vary"] = "Accept"
    return Welcome(message=NAME, version=VERSION, docs="/docs", health="/health")


@router.get("/health")
async def health(runtime: CurrentRuntime) -> HealthResponse:
    """Whether this process and what it stands on answer; always within about a second."""
    details = await service.ask_all(runtime)
    statuses = {
        details.database.status,
        details.redis.status,
        details.livekit.status,
        details.microservices.stt_service,
        details.microservices.diarization_service or "healthy",
    }
    return HealthResponse(
        service_name=NAME,
        status="healthy" if statuses == {"healthy"} else "degraded",
        version=VERSION,
        uptime_seconds=service.uptime_seconds(runtime),
        details=details,
    )


@router.get("/info")
async def info(runtime: CurrentRuntime) -> InfoResponse:
    """What this is and where its parts are."""
    return InfoResponse(
        service=_described(runtime),
        endpoints=_ENDPOINTS,
        microservices=await service.ask_microservices(runtime),
    )


def _described(runtime: Runtime) -> ServiceInfo:
    return ServiceInfo(
        name=NAME,
        version=VERSION,
        uptime_seconds=service.uptime_seconds(runtime),
        environment=runtime.settings.environment,
    )

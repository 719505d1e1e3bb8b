"""`/v1/realtime`: transcription over a WebSocket as OpenAI's clients and livekit-plugins-openai do it."""

from fastapi import APIRouter, WebSocket
from fastapi.responses import JSONResponse

from shared.errors import ServiceError
from shared.serving import answer
from shared.sockets import Dialect, serve
from stt_service.openai.catalogue import find_model
from stt_service.openai.errors import PREFIX, InvalidParameter, details
from stt_service.openai.realtime_requests import InputUpdate, TranscriptionSettings
from stt_service.openai.realtime_session import RealtimeSession, error_event
from stt_service.openai.realtime_settings import RealtimeSettings
from stt_service.openai.schemas import Failure
from stt_service.runtime import Runtime, WithRuntime

_BETA_HEADER, _BETA = "openai-beta", "realtime=v1"

router = APIRouter(prefix=PREFIX)


@router.websocket("/realtime")
async def realtime(websocket: WebSocket, runtime: WithRuntime) -> None:
    """Audio in, the text of every turn out."""
    await serve(websocket, _realtime(websocket, runtime), Dialect(denial=_denial, message=_message))


async def _realtime(websocket: WebSocket, runtime: Runtime) -> None:
    with runtime.streams.admitted(websocket):
        settings = _settings(websocket, runtime)
        beta = _BETA in websocket.headers.get(_BETA_HEADER, "")
        await websocket.accept()
        await RealtimeSession(websocket, runtime, settings, beta=beta).run()


def _settings(websocket: WebSocket, runtime: Runtime) -> RealtimeSettings:
    """What the address asks for. Raises InvalidParameter or ModelNotFound."""
    asked = websocket.query_params
    model = asked.get("model")
    if asked.get("intent") != "transcription" and not model:
        raise InvalidParameter("intent", "Nobody answers here: intent=transcription is what is served")
    if not model:
        return RealtimeSettings()
    find_model(runtime, model)
    return RealtimeSettings().updated(InputUpdate(transcription=TranscriptionSettings(model=model)))


def _denial(error: ServiceError, websocket: WebSocket) -> JSONResponse:
    problem = answer(error, websocket)
    headers = {name: value for name, value in problem.headers.items() if name == "retry-after"}
    return JSONResponse(Failure(error=details(error)).model_dump(), error.status, headers)


def _message(error: ServiceError, _websocket: WebSocket) -> str:
    return error_event(error).model_dump_json()

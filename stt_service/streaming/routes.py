"""`/stream`: our own protocol, as shared/contracts/stream.py describes it."""

from fastapi import APIRouter, WebSocket

from shared.contracts.stream import STREAM_PATH, StreamProblem
from shared.errors import ServiceError, problem
from shared.problems import Problem
from shared.serving import answer, request_id
from shared.sockets import Dialect, serve
from stt_service.runtime import Runtime, WithRuntime
from stt_service.streaming.stream import Stream, begin

router = APIRouter()


@router.websocket(STREAM_PATH)
async def stream(websocket: WebSocket, runtime: WithRuntime) -> None:
    """Audio in, captions out."""
    await serve(websocket, _stream(websocket, runtime), Dialect(denial=answer, message=_message))


async def _stream(websocket: WebSocket, runtime: Runtime) -> None:
    with runtime.streams.admitted(websocket):
        await websocket.accept()
        await Stream(websocket, await begin(websocket), runtime).run()


def _message(error: ServiceError, websocket: WebSocket) -> str:
    body = problem(error, instance=websocket.url.path, request_id=request_id(websocket))
    return StreamProblem(problem=Problem.model_validate(body)).model_dump_json()

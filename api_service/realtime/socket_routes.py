"""`/api/v1/realtime/sessions/{session_id}/ws`: the event stream for clients that prefer a WebSocket."""

from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter, WebSocket
from fastapi.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect

from api_service.auth.verifier import Claims
from api_service.realtime import service
from api_service.realtime.positions import Position
from api_service.realtime.service import LiveTranscript
from api_service.realtime.socket import (
    PROTOCOL,
    Opened,
    Patience,
    Telling,
    close_code,
    ensure_known_origin,
    read_first,
    token_of,
)
from api_service.runtime import Runtime
from api_service.sessions.service import session_named
from shared.errors import PROBLEM_MEDIA_TYPE, ServiceError, problem

log = structlog.get_logger()

router = APIRouter()
_PATIENCE = Patience()


@router.websocket("/api/v1/realtime/sessions/{session_id}/ws")
async def follow(websocket: WebSocket, session_id: str, after: str | None = None) -> None:
    """The events of `/events` as JSON messages with `event`, `id` and `data`.

    Whoever brings a token with the handshake is refused as over HTTP. Whoever signs in by the first message
    is told the problem and then closed upon.
    """
    runtime: Runtime = websocket.state.runtime
    request_id = uuid4().hex
    accepted = False
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        try:
            ensure_known_origin(websocket, runtime.settings.cors_origins)
            session = session_named(session_id)
            position = Position.parse(after) if after else None
            token = token_of(websocket)
            if token is None:
                await _accept(websocket)
                accepted = True
                opened = await read_first(websocket, _PATIENCE)
                opened = Opened(opened.token, opened.after or position)
            else:
                opened = Opened(token, position)
            claims, start = await _begin(runtime, session, opened)
            if not accepted:
                await _accept(websocket)
                accepted = True
            await Telling(websocket, _PATIENCE).run(runtime, claims, session, start)
        except WebSocketDisconnect:
            log.info("follower.left")
        except ServiceError as error:
            log.info("request.refused", code=error.code, status=error.status)
            await _refuse(websocket, error, request_id=request_id, accepted=accepted)


async def _begin(
    runtime: Runtime, session_id: UUID, opened: Opened
) -> tuple[Claims, LiveTranscript | Position]:
    claims = await runtime.verifier.verify(opened.token)
    return claims, await service.begin_following(runtime, claims, session_id, opened.after)


async def _accept(websocket: WebSocket) -> None:
    """A browser that offers protocols insists on one of them in return."""
    offered: list[str] = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)


async def _refuse(websocket: WebSocket, error: ServiceError, *, request_id: str, accepted: bool) -> None:
    body = problem(error, instance=websocket.url.path, request_id=request_id)
    if not accepted:
        headers = {"x-request-id": request_id}
        if error.retryable:
            headers["retry-after"] = str(error.retry_after_seconds)
        if error.status == 401:
            headers["www-authenticate"] = "Bearer"
        answer = JSONResponse(body, error.status, headers, media_type=PROBLEM_MEDIA_TYPE)
        await websocket.send_denial_response(answer)
        return
    try:
        await websocket.send_json({"event": "problem", "data": body})
        await websocket.close(close_code(error), error.code)
    except (WebSocketDisconnect, RuntimeError):
        log.info("follower.left")

"""`/api/v1/realtime/sessions/{session_id}/ws`: the event stream for clients that prefer a WebSocket."""

import json
from uuid import UUID

from fastapi import APIRouter, WebSocket

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
from shared.errors import ServiceError, problem
from shared.serving import answer, request_id
from shared.sockets import Dialect, serve

router = APIRouter()
_PATIENCE = Patience()


@router.websocket("/api/v1/realtime/sessions/{session_id}/ws")
async def follow(websocket: WebSocket, session_id: str, after: str | None = None) -> None:
    """The events of `/events` as JSON messages with `event`, `id` and `data`.

    Whoever brings a token with the handshake is refused as over HTTP. Whoever signs in by the first message
    is told the problem and then closed upon.
    """
    await serve(websocket, _follow(websocket, session_id, after), _DIALECT)


async def _follow(websocket: WebSocket, session_id: str, after: str | None) -> None:
    runtime: Runtime = websocket.state.runtime
    ensure_known_origin(websocket, runtime.settings.cors_origins)
    session = session_named(session_id)
    position = Position.parse(after) if after else None
    token = token_of(websocket)
    if token is None:
        await _accept(websocket)
        opened = await read_first(websocket, _PATIENCE)
        claims, start = await _begin(runtime, session, Opened(opened.token, opened.after or position))
    else:
        claims, start = await _begin(runtime, session, Opened(token, position))
        await _accept(websocket)
    await Telling(websocket, _PATIENCE).run(runtime, claims, session, start)


async def _begin(
    runtime: Runtime, session_id: UUID, opened: Opened
) -> tuple[Claims, LiveTranscript | Position]:
    claims = await runtime.verifier.verify(opened.token)
    return claims, await service.begin_following(runtime, claims, session_id, opened.after)


async def _accept(websocket: WebSocket) -> None:
    """A browser that offers protocols insists on one of them in return."""
    offered: list[str] = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)


def _message(error: ServiceError, websocket: WebSocket) -> str:
    body = problem(error, instance=websocket.url.path, request_id=request_id(websocket))
    return json.dumps({"event": "problem", "data": body})


_DIALECT = Dialect(denial=answer, message=_message, close_code=close_code)

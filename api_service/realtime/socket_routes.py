"""`/api/v1/realtime/sessions/{session_id}/ws`: the event stream for clients that prefer a WebSocket."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

import anyio
from fastapi import APIRouter, WebSocket

from api_service.auth.verifier import Claims
from api_service.event_sockets import (
    DIALECT,
    Patience,
    Telling,
    accept,
    ensure_known_origin,
    read_first,
    token_of,
)
from api_service.realtime import service
from api_service.realtime.positions import Position
from api_service.realtime.service import LiveTranscript
from api_service.realtime.telling import Told, snapshot, told
from api_service.runtime import Runtime
from api_service.sessions.service import session_named
from shared.sockets import serve

router = APIRouter()
_PATIENCE = Patience()


@router.websocket("/api/v1/realtime/sessions/{session_id}/ws")
async def follow(websocket: WebSocket, session_id: str, after: str | None = None) -> None:
    """The events of `/events` as JSON messages with `event`, `id` and `data`.

    Whoever brings a token with the handshake is refused as over HTTP. Whoever signs in by the first message
    is told the problem and then closed upon.
    """
    await serve(websocket, _follow(websocket, session_id, after), DIALECT)


async def _follow(websocket: WebSocket, session_id: str, after: str | None) -> None:
    runtime: Runtime = websocket.state.runtime
    ensure_known_origin(websocket, runtime.settings.cors_origins)
    session = session_named(session_id)
    position = Position.parse(after) if after else None
    token = token_of(websocket)
    is_accepted = token is None
    if token is None:
        await accept(websocket)
        opened = await read_first(websocket, _PATIENCE)
        token, position = opened.token, Position.parse(opened.after) if opened.after else position
    claims, start = await _begin(runtime, session, token, position)
    with runtime.streams.taken(claims.user_id):
        if not is_accepted:
            await accept(websocket)
        async with aclosing(_everything(runtime, session, start, until=claims.expires_at)) as messages:
            await Telling(websocket, _PATIENCE).tell(messages, until=claims.expires_at)


async def _begin(
    runtime: Runtime, session_id: UUID, token: str, after: Position | None
) -> tuple[Claims, LiveTranscript | Position]:
    claims = await runtime.verifier.verify(token)
    return claims, await service.begin_following(runtime, claims, session_id, after)


async def _everything(
    runtime: Runtime, session_id: UUID, start: LiveTranscript | Position, *, until: float
) -> AsyncGenerator[str, None]:
    position = start if isinstance(start, Position) else start.position
    if isinstance(start, LiveTranscript):
        yield _text(snapshot(start))
    # The server itself closes its sockets when it stops.
    following = service.follow(runtime, session_id, position, until=until, stopping=anyio.Event())
    async with aclosing(following) as entries:
        async for entry in entries:
            yield _text(told(entry))


def _text(event: Told) -> str:
    data = event.data.model_dump_json()
    return f'{{"event":"{event.kind}","id":"{event.position}","data":{data}}}'

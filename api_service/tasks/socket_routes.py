"""`/api/v2/tasks/{task_id}/ws`: the events of a task for clients that prefer a WebSocket."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

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
from api_service.runtime import Runtime, open_caller
from api_service.tasks import service
from api_service.tasks.following import changes
from api_service.tasks.schemas import event_of
from shared.sockets import serve

router = APIRouter()
_PATIENCE = Patience()


@router.websocket("/api/v2/tasks/{task_id}/ws")
async def follow(websocket: WebSocket, task_id: str) -> None:
    """The events of `/events` as JSON messages with `event` and `data`; closed with 1000 at the task's end.

    Tokens are taken, and failures told, as by the socket of a session.
    """
    await serve(websocket, _follow(websocket, task_id), DIALECT)


async def _follow(websocket: WebSocket, task_id: str) -> None:
    runtime: Runtime = websocket.state.runtime
    ensure_known_origin(websocket, runtime.settings.cors_origins)
    token = token_of(websocket)
    is_accepted = token is None
    if token is None:
        await accept(websocket)
        token = (await read_first(websocket, _PATIENCE)).token
    claims = await _begin(runtime, token, task_id)
    with runtime.streams.taken(claims.user_id):
        if not is_accepted:
            await accept(websocket)
        async with aclosing(_messages(runtime, claims, task_id)) as messages:
            await Telling(websocket, _PATIENCE).tell(messages, until=claims.expires_at, is_over=True)


async def _begin(runtime: Runtime, token: str, task_id: str) -> Claims:
    claims = await runtime.verifier.verify(token)
    async with open_caller(runtime, claims) as caller:
        await service.find(caller, task_id)
    return claims


async def _messages(runtime: Runtime, claims: Claims, task_id: str) -> AsyncGenerator[str, None]:
    """Ends early when the token does. Raises Unavailable while the database is away."""
    limit = asyncio.timeout(max(0.0, claims.expires_at - time.time()))
    try:
        async with limit:
            # The server itself closes its sockets when it stops.
            async for told in changes(runtime, claims, task_id, stopping=anyio.Event()):
                name, data = event_of(told)
                yield f'{{"event":"{name}","data":{data}}}'
    except TimeoutError:
        if not limit.expired():
            raise

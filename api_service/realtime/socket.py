"""The event stream of a session over a WebSocket: who may open one, and what becomes of it.

Browsers cannot set headers on a socket, and addresses are logged everywhere. So a token comes in the list of
subprotocols or as the first message, and never in the address.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import anyio
import structlog
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from api_service.auth.verifier import Claims
from api_service.realtime import service
from api_service.realtime.positions import Position
from api_service.realtime.service import LiveTranscript
from api_service.realtime.telling import Told, snapshot, told
from api_service.runtime import Runtime
from shared.errors import BadRequest, Forbidden, ServiceError, Unauthenticated

log = structlog.get_logger()

PROTOCOL = "intrascribe.v1"
_TOKEN_PREFIX = "bearer."  # noqa: S105 - what comes before one

_EXPIRED = 4401
_TRY_AGAIN_LATER = 1013


class ForeignOrigin(Forbidden):
    code, title = "foreign-origin", "Pages of this origin may not listen here"


class BadFirstMessage(BadRequest):
    code, title = "bad-first-message", "The first message does not sign anybody in"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a socket waits, in seconds."""

    first_message: float = 10.0
    silence: float = 15.0
    """After which a ping says that the line is alive: pages do not see those of the protocol."""

    stuck: float = 30.0
    """Who takes nothing for this long is cut off, and may resume from the last position."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a client said when it came."""

    token: str
    after: Position | None


def close_code(error: ServiceError) -> int:
    """Try again later for what passes, else 4000 and the status that HTTP would have."""
    return _TRY_AGAIN_LATER if error.retryable else 4000 + error.status


def ensure_known_origin(websocket: WebSocket, allowed: tuple[str, ...]) -> None:
    """Pages may be of our own origin or of an allowed one; programs have none. Raises ForeignOrigin."""
    origin = websocket.headers.get("origin")
    if origin is None or origin in allowed:
        return
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        host = ""
    if not host or host.lower() != websocket.headers.get("host", "").lower():
        raise ForeignOrigin("API_CORS_ORIGINS lists the pages that may")


def token_of(websocket: WebSocket) -> str | None:
    """The token that came with the handshake: in a header, or as a subprotocol `bearer.<token>`."""
    scheme, _, token = websocket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    offered: list[str] = websocket.scope.get("subprotocols", [])
    tokens = [each.removeprefix(_TOKEN_PREFIX) for each in offered if each.startswith(_TOKEN_PREFIX)]
    return tokens[0] if tokens else None


async def read_first(websocket: WebSocket, patience: Patience) -> Opened:
    """`{"type": "authenticate", "token": "...", "after": "..."}`.

    Raises Unauthenticated when nothing comes, BadFirstMessage, BadRequest and WebSocketDisconnect.
    """
    try:
        async with asyncio.timeout(patience.first_message):
            message = await websocket.receive()
    except TimeoutError:
        raise Unauthenticated("No token came in time") from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    try:
        said = json.loads(message.get("text") or "")
    except (ValueError, RecursionError):
        said = None
    match said:
        case {"type": "authenticate", "token": str(token), **rest}:
            after = rest.get("after")
        case _:
            raise BadFirstMessage('It has to be {"type": "authenticate", "token": "..."}')
    if after is not None and not isinstance(after, str):
        raise BadFirstMessage("A position is a text")
    return Opened(token, Position.parse(after) if after else None)


class Telling:
    """Tells one client what happens in one session until it leaves, its token expires or it is too slow."""

    def __init__(self, websocket: WebSocket, patience: Patience) -> None:
        self._websocket = websocket
        self._patience = patience

    async def run(
        self, runtime: Runtime, claims: Claims, session_id: UUID, start: LiveTranscript | Position
    ) -> None:
        """Owns the socket from here on. Ends without a fault of ours, whatever the client does."""
        async with aclosing(_everything(runtime, session_id, start, until=claims.expires_at)) as events:
            await self.tell(events, until=claims.expires_at)

    async def tell(self, events: AsyncGenerator[Told, None], *, until: float) -> None:
        """Send these events, and close when they end; `until` is when the token expires."""
        sending = asyncio.create_task(self._send_all(events))
        leaving = asyncio.create_task(self._wait_for_leaving())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await self._close(sending.result(), until=until)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_all(self, events: AsyncGenerator[Told, None]) -> bool:
        """Whether the client took everything."""
        following = asyncio.ensure_future(anext(events, None))
        try:
            while True:
                await asyncio.wait({following}, timeout=self._patience.silence)
                event = following.result() if following.done() else _PING
                if event is None:
                    return True
                if not await self._sent(event):
                    return False
                if event is not _PING:
                    following = asyncio.ensure_future(anext(events, None))
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _sent(self, event: "Told | _Ping") -> bool:
        try:
            async with asyncio.timeout(self._patience.stuck):
                await self._websocket.send_text(_text(event))
        except TimeoutError:
            log.info("follower.stuck")
            return False
        except (WebSocketDisconnect, RuntimeError):
            return False  # it left, or the server closes all of them
        return True

    async def _wait_for_leaving(self) -> None:
        """Whatever else a client says is passed over."""
        with suppress(RuntimeError):
            while (await self._websocket.receive())["type"] != "websocket.disconnect":
                pass

    async def _close(self, took_everything: bool, *, until: float) -> None:
        expired = took_everything and time.time() >= until
        code, reason = (_EXPIRED, "the token expired") if expired else (_TRY_AGAIN_LATER, "resume later")
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(self._patience.stuck):
                await self._websocket.close(code, reason)


class _Ping:
    """Nothing has happened for a while."""


_PING = _Ping()


def _text(event: Told | _Ping) -> str:
    if isinstance(event, _Ping):
        return '{"event":"ping"}'
    data = event.data.model_dump_json()
    return f'{{"event":"{event.kind}","id":"{event.position}","data":{data}}}'


async def _everything(
    runtime: Runtime, session_id: UUID, start: LiveTranscript | Position, *, until: float
) -> AsyncGenerator[Told, None]:
    position = start if isinstance(start, Position) else start.position
    if isinstance(start, LiveTranscript):
        yield snapshot(start)
    # The server itself closes its sockets when it stops.
    following = service.follow(runtime, session_id, position, until=until, stopping=anyio.Event())
    async with aclosing(following) as entries:
        async for entry in entries:
            yield told(entry)

"""Streams of events over a WebSocket: who may open one, and what becomes of it.

Browsers cannot set headers on a socket, and addresses are logged everywhere. So a token comes in the list of
subprotocols or as the first message, and never in the address.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from fastapi import WebSocket
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from shared.errors import BadRequest, Forbidden, ServiceError, Unauthenticated, problem
from shared.serving import answer, request_id
from shared.sockets import Dialect

log = structlog.get_logger()

_PROTOCOL = "intrascribe.v1"
_TOKEN_PREFIX = "bearer."  # noqa: S105 - what comes before one

_OVER = 1000
_EXPIRED = 4401
_TRY_AGAIN_LATER = 1013

_PING = '{"event":"ping"}'


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
    after: str | None
    """The position after which it goes on, as it was told."""


def _close_code(error: ServiceError) -> int:
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


async def accept(websocket: WebSocket) -> None:
    """A browser that offers protocols insists on one of them in return."""
    offered: list[str] = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=_PROTOCOL if _PROTOCOL in offered else None)


def token_of(request: HTTPConnection) -> str | None:
    """The token of a request: in a header, or with a handshake as a subprotocol `bearer.<token>`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    offered: list[str] = request.scope.get("subprotocols", [])
    tokens = [each.removeprefix(_TOKEN_PREFIX) for each in offered if each.startswith(_TOKEN_PREFIX)]
    return tokens[0] if tokens else None


async def read_first(websocket: WebSocket, patience: Patience) -> Opened:
    """`{"type": "authenticate", "token": "...", "after": "..."}`.

    Raises Unauthenticated when nothing comes, BadFirstMessage and WebSocketDisconnect.
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
    return Opened(token, after or None)


class Telling:
    """Tells one client what happens until it leaves, its token expires or it is too slow."""

    def __init__(self, websocket: WebSocket, patience: Patience) -> None:
        self._websocket = websocket
        self._patience = patience

    async def tell(self, events: AsyncGenerator[str, None], *, until: float, is_over: bool = False) -> None:
        """Send these messages, and close when they end; `until` is when the token expires.

        Owns the socket from here on. Ends without a fault of ours, whatever the client does. `is_over` says
        that nothing more is to come once they have ended; else the client is to resume.
        """
        sending = asyncio.create_task(self._send_all(events))
        leaving = asyncio.create_task(self._wait_for_leaving())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await self._close(sending.result(), until=until, is_over=is_over)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_all(self, events: AsyncGenerator[str, None]) -> bool:
        """Whether the client took everything."""
        following = asyncio.ensure_future(anext(events, None))
        try:
            while True:
                await asyncio.wait({following}, timeout=self._patience.silence)
                is_told = following.done()
                message = following.result() if is_told else _PING
                if message is None:
                    return True
                if not await self._sent(message):
                    return False
                if is_told:
                    following = asyncio.ensure_future(anext(events, None))
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _sent(self, message: str) -> bool:
        try:
            async with asyncio.timeout(self._patience.stuck):
                await self._websocket.send_text(message)
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

    async def _close(self, took_everything: bool, *, until: float, is_over: bool) -> None:
        code, reason = _TRY_AGAIN_LATER, "resume later"
        if took_everything and time.time() >= until:
            code, reason = _EXPIRED, "the token expired"
        elif took_everything and is_over:
            code, reason = _OVER, "there is no more to come"
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(self._patience.stuck):
                await self._websocket.close(code, reason)


def _problem_message(error: ServiceError, websocket: WebSocket) -> str:
    body = problem(error, instance=websocket.url.path, request_id=request_id(websocket))
    return json.dumps({"event": "problem", "data": body})


DIALECT = Dialect(denial=answer, message=_problem_message, close_code=_close_code)
"""How failures are told on such sockets."""

"""How WebSockets of ours are served: refused by an HTTP problem before they are accepted, by a message after.

FastAPI is imported here, so a service that serves no HTTP does not import this module.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass

import structlog
from fastapi import Response, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected, WebSocketState

from shared.errors import ServiceError, TooLarge

log = structlog.get_logger()

_GOODBYE_SECONDS = 2.0
"""For somebody who may not be reading any more."""

_CLOSE_CODES = {413: 1009, 415: 1003, 503: 1013}


class SocketIdle(ServiceError):
    status, code, title = 408, "socket-idle", "Nothing was sent for too long"


class MessageTooLarge(TooLarge):
    code, title = "message-too-large", "The message is too large"


def close_code(error: ServiceError) -> int:
    """The WebSocket's code for a failure: whose fault it is, and whether it passes."""
    return _CLOSE_CODES.get(error.status, 1008 if error.status < 500 else 1011)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How failures are told to clients of one protocol."""

    denial: Callable[[ServiceError, WebSocket], Response]
    """In place of the handshake."""

    message: Callable[[ServiceError, WebSocket], str]
    """Over the open socket, before it is closed."""

    close_code: Callable[[ServiceError], int] = close_code


async def serve(websocket: WebSocket, work: Coroutine[None, None, None], dialect: Dialect) -> None:
    """Do the work of one socket, whatever becomes of it. Failures are told, faults also logged."""
    try:
        await work
    except Exception as fault:  # noqa: BLE001 - whatever it is, the client is told and a fault is logged
        await _end(websocket, _gravest(fault), dialect)


async def receive(websocket: WebSocket, *, idle_seconds: float | None, max_bytes: int) -> str | bytes:
    """The next message. Raises WebSocketDisconnect, MessageTooLarge or, where it may, SocketIdle."""
    try:
        async with asyncio.timeout(idle_seconds):
            message = await websocket.receive()
    except TimeoutError:
        raise SocketIdle(f"Nothing came for {idle_seconds:g} seconds") from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text, data = message.get("text"), message.get("bytes")  # one of them is there
    content: str | bytes = text if isinstance(text, str) else bytes(data or b"")
    if len(content) > max_bytes:
        raise MessageTooLarge(f"A message has at most {max_bytes} bytes")
    return content


async def _end(websocket: WebSocket, fault: BaseException, dialect: Dialect) -> None:
    match fault:
        case WebSocketDisconnect():
            log.info("socket.left", code=fault.code)
        case ServiceError():
            log.info("socket.refused", code=fault.code, status=fault.status)
            await _refuse(websocket, fault, dialect)
        case _:
            log.error("socket.crashed", exc_info=fault)
            await _refuse(websocket, ServiceError("The fault is logged under the request id"), dialect)


async def _refuse(websocket: WebSocket, error: ServiceError, dialect: Dialect) -> None:
    with suppress(WebSocketDisconnect, WebSocketDisconnected, TimeoutError):  # nobody is there to be told
        async with asyncio.timeout(_GOODBYE_SECONDS):
            if websocket.application_state is WebSocketState.CONNECTING:
                await websocket.send_denial_response(dialect.denial(error, websocket))
            else:
                await websocket.send_text(dialect.message(error, websocket))
                await websocket.close(dialect.close_code(error), error.code)


def _gravest(fault: BaseException) -> BaseException:
    """Of what several tasks raised together, a fault before a failure, and that before a hang-up."""
    if not isinstance(fault, BaseExceptionGroup):
        return fault
    return max((_gravest(each) for each in fault.exceptions), key=_gravity)


def _gravity(fault: BaseException) -> int:
    match fault:
        case WebSocketDisconnect():
            return 0
        case ServiceError():
            return 1
        case _:
            return 2

"""How sockets end: what the client is told, and which of several failures counts."""

from collections.abc import Coroutine

import pytest

pytest.importorskip("fastapi", reason="an environment without FastAPI serves no WebSockets")

from fastapi import Response, WebSocket
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect, WebSocketState

from shared.errors import BadRequest, Conflict, ServiceError, TooLarge, Unavailable, UnsupportedMedia
from shared.sockets import Dialect, close_code, serve

DIALECT = Dialect(
    denial=lambda error, _: Response(error.code, error.status), message=lambda error, _: error.code
)


async def said(work: Coroutine[None, None, None], *, accepted: bool = True) -> list[Message]:
    """What a client is sent after its handshake, or in place of it."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "headers": [], "extensions": {"websocket.http.response": {}}}
    websocket = WebSocket(scope, receive, send)
    if accepted:
        await websocket.accept()
        sent.clear()
    await serve(websocket, work, DIALECT)
    return sent


async def fail(*faults: Exception) -> None:
    raise faults[0] if len(faults) == 1 else ExceptionGroup("several", faults)


async def test_an_expected_failure_is_told_and_closes_with_its_code() -> None:
    message, close = await said(fail(Conflict("no")))
    assert (message["text"], close["code"]) == ("conflict", 1008)


async def test_before_the_handshake_a_failure_is_an_http_response() -> None:
    start, body, *_ = await said(fail(Unavailable("later")), accepted=False)
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 503)
    assert body["body"] == b"unavailable"


async def test_a_fault_of_ours_tells_nothing_of_itself() -> None:
    message, close = await said(fail(ValueError("a secret")))
    assert (message["text"], close["code"]) == ("internal-error", 1011)


async def test_somebody_who_has_left_is_told_nothing() -> None:
    assert await said(fail(WebSocketDisconnect(1001))) == []


async def test_somebody_who_left_in_the_middle_is_not_told_again() -> None:
    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        if message["type"] != "websocket.accept":
            raise OSError("gone")

    websocket = WebSocket({"type": "websocket", "headers": []}, receive, send)

    async def work() -> None:
        await websocket.accept()
        with pytest.raises(WebSocketDisconnect):
            await websocket.send_text("hello")
        raise Conflict("no")

    await serve(websocket, work(), DIALECT)
    assert websocket.application_state is WebSocketState.DISCONNECTED


async def test_of_several_the_gravest_counts() -> None:
    leaving, busy, broken = WebSocketDisconnect(1006), Unavailable("later"), ValueError("broken")
    message, _ = await said(fail(leaving, busy))
    assert message["text"] == "unavailable"
    message, _ = await said(fail(leaving, broken, busy))
    assert message["text"] == "internal-error"
    message, _ = await said(fail(leaving, ExceptionGroup("deeper", [busy])))
    assert message["text"] == "unavailable"


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (TooLarge, 1009),
        (UnsupportedMedia, 1003),
        (Unavailable, 1013),
        (BadRequest, 1008),
        (ServiceError, 1011),
    ],
)
def test_close_codes_say_whose_fault_it_was(failure: type[ServiceError], code: int) -> None:
    assert close_code(failure("x")) == code

"""How every HTTP service of ours answers: problems, request ids, body limits, metrics.

FastAPI is imported here, so a service that serves no HTTP does not import this module.
"""

import asyncio
import re
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import TypeVar
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from shared import errors
from shared.clients.http import REQUEST_ID_HEADER
from shared.observing import REQUEST_SECONDS
from shared.stopping import Interrupted, Stopping

log = structlog.get_logger()

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
_CLIENT_CLOSED_REQUEST = 499
"""What proxies call it in their logs; nobody is left to read it."""

Result = TypeVar("Result")


def install(
    app: FastAPI,
    *,
    service: str,
    max_body_bytes: int,
    larger_bodies: Mapping[str, int] | None = None,
    layers: Sequence[Middleware] = (),
) -> None:
    """Give an app its problems, its request ids, its body limit and `GET /metrics`.

    `larger_bodies` has the limits of paths that begin with its keys: of routes that never hold a body whole.
    A service's own layers, outermost first, lie within the request scope and around the body limit. What
    waits long looks at the app's `state.stopping`, a `Stopping`.
    """
    stopping = app.state.stopping = Stopping()
    app.add_exception_handler(errors.ServiceError, _answer_service_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.router.default = _Elsewhere(app.router.default)
    app.add_api_route("/metrics", _metrics, include_in_schema=False)
    app.user_middleware[:0] = [
        Middleware(RequestScope, service=service),
        Middleware(LastWord, stopping=stopping),
        *layers,
        Middleware(BodyLimit, max_bytes=max_body_bytes, larger=larger_bodies or {}),
    ]


def answer(error: errors.ServiceError, request: HTTPConnection) -> Response:
    """The problem+json response to an expected failure."""
    headers = {}
    if error.retryable:
        headers["retry-after"] = str(error.retry_after_seconds)
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    body = errors.problem(error, instance=request.url.path, request_id=request_id(request))
    return JSONResponse(body, error.status, headers, media_type=errors.PROBLEM_MEDIA_TYPE)


def request_id(request: HTTPConnection) -> str:
    """The id that this request carries through every hop and every log line."""
    return str(request.scope["state"]["request_id"])


async def while_connected(request: Request, work: Coroutine[object, object, Result]) -> Result:
    """Do something for as long as the client waits for it. Raises ClientDisconnect when it has hung up.

    Only for a request whose body has been read.
    """
    working = asyncio.ensure_future(work)
    hanging_up = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait((working, hanging_up), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for each in (working, hanging_up):
            each.cancel()
        await asyncio.gather(working, hanging_up, return_exceptions=True)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class RequestScope:
    """Outermost middleware: one request id, one measurement, and an answer to whatever nobody caught."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        given = request.headers.get(REQUEST_ID_HEADER, "")
        identifier = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = identifier
        started, status = time.perf_counter(), 0

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] in _STARTS:
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = identifier
            await send(message)

        if scope["type"] == "websocket":
            # It lasts for as long as somebody speaks, and shared.sockets tells what goes wrong in it.
            with structlog.contextvars.bound_contextvars(request_id=identifier):
                await self._app(scope, receive, observed)
            return

        with structlog.contextvars.bound_contextvars(request_id=identifier):
            try:
                await self._app(scope, receive, observed)
            except ClientDisconnect:
                status = status or _CLIENT_CLOSED_REQUEST
            except Exception:  # whatever it is, the client gets a problem and the log the trace
                log.exception("request.crashed", route=_route(scope))
                if status:
                    raise
                await answer(errors.ServiceError("The fault is logged under the request id"), request)(
                    scope, receive, observed
                )
            finally:
                labels = (self._service, _route(scope), scope["method"], str(status))
                REQUEST_SECONDS.labels(*labels).observe(time.perf_counter() - started)


class LastWord:
    """Answers what the server cancels because it has waited for as long as it may when it stops."""

    def __init__(self, app: ASGIApp, *, stopping: Stopping) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def observed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, observed)
        except asyncio.CancelledError:
            if started or scope["type"] != "http" or not self._stopping.has_begun:
                raise
            interrupted = Interrupted("It took longer than a restart waits")
            await answer(interrupted, Request(scope))(scope, receive, send)


class _Elsewhere:
    """Answers a WebSocket that nothing serves as a request that nothing serves."""

    def __init__(self, not_found: ASGIApp) -> None:
        self._not_found = not_found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._not_found(scope, receive, send)
            return
        websocket = WebSocket(scope, receive, send)
        fault = errors.NotFound(f"No WebSocket is served at {websocket.url.path}")
        await websocket.send_denial_response(answer(fault, websocket))


class BodyLimit:
    """Refuses bodies over a size, announced or not, before they are read into memory."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, larger: Mapping[str, int]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._limit(scope["path"])
        announced = Request(scope).headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > most:
            await self._refuse(most, scope, receive, send)
        else:
            await self._serve(most, scope, receive, send)

    def _limit(self, path: str) -> int:
        return max(
            (most for start, most in self._larger.items() if path.startswith(start)), default=self._max_bytes
        )

    async def _refuse(self, most: int, scope: Scope, receive: Receive, send: Send) -> None:
        error = errors.TooLarge(f"At most {most} bytes are taken")
        await answer(error, Request(scope))(scope, receive, send)

    async def _serve(self, most: int, scope: Scope, receive: Receive, send: Send) -> None:
        received, started, exceeded = 0, False, False

        async def counted() -> Message:
            nonlocal received, exceeded
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                exceeded = True
                raise errors.TooLarge(f"More than {most} bytes arrived")
            return message

        async def unless_exceeded(message: Message) -> None:
            """Frameworks turn a fault while reading into an answer of their own; ours replaces it."""
            nonlocal started
            if started or not exceeded:
                started = True
                await send(message)

        try:
            await self._app(scope, counted, unless_exceeded)
        except errors.TooLarge:
            if started or not exceeded:
                raise
        if exceeded and not started:
            await self._refuse(most, scope, receive, send)


def _answer_service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.ServiceError)  # noqa: S101 - registered for this class alone
    log.info("request.refused", code=error.code, status=error.status)
    return answer(error, request)


def _answer_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    fields = [
        {"field": ".".join(str(part) for part in fault["loc"]), "message": str(fault["msg"])}
        for fault in error.errors()
    ]
    summary = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
    return answer(errors.InvalidRequest(summary, fields=fields), request)


def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    match error.status_code:
        case 404:
            response = answer(errors.NotFound(f"Nothing is served at {request.url.path}"), request)
        case 405:
            response = answer(errors.MethodNotAllowed(f"{request.method} is not served here"), request)
        case _:
            response = answer(errors.BadRequest(str(error.detail)), request)
    response.headers.update(error.headers or {})
    return response


def _route(scope: Scope) -> str:
    route = scope.get("route")
    return str(getattr(route, "path", "unmatched"))


def _metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

"""`Idempotency-Key`: a POST that is sent again is answered again and done once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_service.gateway.fingerprints import Fingerprint
from api_service.gateway.idempotency_store import RUNNING_SECONDS, IdempotencyStore, Kept, Running, name_of
from api_service.gateway.identity import known_claims
from shared.errors import BadRequest, Conflict, ServiceError
from shared.serving import answer

log = structlog.get_logger()

HEADER = "idempotency-key"
REPLAYED = "idempotency-replayed"
KEY_PATTERN = r"[!-~]{1,255}"
_KEY = re.compile(KEY_PATTERN)
_KEPT_HEADERS = ("content-type", "etag", "link", "location")
_RENEWALS = 3
"""While a mark would last, so that one of them may be late."""

_MOST_BYTES = 1_000_000
"""Of an answer. A longer one is given once; sent again, the request is done again."""


class MalformedKey(BadRequest):
    code, title = "malformed-idempotency-key", "This is no idempotency key"


class StillRunning(Conflict):
    code, title, retryable = "request-in-progress", "The same request is being served", True


class KeyReused(ServiceError):
    status, code, title = 422, "idempotency-key-reused", "This key belongs to another request"


class Idempotency:
    """Only for POSTs of somebody known. Answers that are not a success are not kept: nothing was done."""

    def __init__(self, app: ASGIApp, *, running_seconds: float = RUNNING_SECONDS) -> None:
        self._app = app
        self._running_seconds = running_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        claims = known_claims(scope) if key is not None and scope["method"] == "POST" else None
        if key is None or claims is None:
            await self._app(scope, receive, send)
            return
        redis = scope["state"]["runtime"].redis
        store = IdempotencyStore(redis, running_seconds=self._running_seconds)
        name = name_of(user_id=claims.user_id, path=_address(scope), key=key)
        try:
            if not _KEY.fullmatch(key):
                raise MalformedKey("Between 1 and 255 visible ASCII characters")
            response = await _served_before(store, name, scope, receive)
        except ServiceError as refusal:
            response = answer(refusal, Request(scope))
        if response is None:
            await self._serve(store, name, scope, receive, send)
        else:
            await response(scope, receive, send)

    async def _serve(
        self, store: IdempotencyStore, name: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        recorder = _Recorder(store, name, scope, receive, send)
        try:
            async with _renewed(store, name, every_seconds=self._running_seconds / _RENEWALS):
                await self._app(scope, recorder.receive, recorder.send)
        finally:
            if not recorder.settled:
                await _release(store, name)


@asynccontextmanager
async def _renewed(store: IdempotencyStore, name: str, *, every_seconds: float) -> AsyncIterator[None]:
    """Let the mark last for as long as the block does."""
    renewing = asyncio.create_task(_renew(store, name, every_seconds))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(store: IdempotencyStore, name: str, every_seconds: float) -> None:
    is_ours = True
    while is_ours:
        await asyncio.sleep(every_seconds)
        try:
            is_ours = await store.renew(name)
        except ServiceError as failure:
            log.warning("idempotency.not_renewed", code=failure.code)


async def _served_before(
    store: IdempotencyStore, name: str, scope: Scope, receive: Receive
) -> Response | None:
    known = await store.begin(name)
    match known:
        case None:
            return None
        case Running():
            raise StillRunning("Ask again when the first one is answered")
        case kept:
            if not await _is_same(kept, _fingerprint(scope), receive):
                raise KeyReused("It was sent before with another body")
            return Response(kept.content.encode("latin-1"), kept.status, kept.headers | {REPLAYED: "true"})


class _Recorder:
    """Passes one exchange on, and keeps it as soon as it is known to be a success."""

    def __init__(
        self, store: IdempotencyStore, name: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._store, self._name, self._receive, self._send = store, name, receive, send
        self._asked, self._is_empty, self._whole = _fingerprint(scope), True, False
        self._start: Message | None = None
        self._content = bytearray()
        self.settled = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._asked.update(message.get("body", b""))
            self._is_empty = self._is_empty and not message.get("body")
            self._whole = not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body" and self._is_kept():
            self._content += message.get("body", b"")
            if not message.get("more_body"):
                await self._keep()
        await self._send(message)

    def _is_kept(self) -> bool:
        if self._start is None or len(self._content) > _MOST_BYTES:
            return False
        kind = Headers(raw=self._start["headers"]).get("content-type", "")
        return 200 <= self._start["status"] < 300 and not kind.startswith("text/event-stream")

    async def _keep(self) -> None:
        if self._start is None or len(self._content) > _MOST_BYTES:
            return
        headers = Headers(raw=self._start["headers"])
        fingerprint = self._asked.hexdigest()
        kept = Kept(
            fingerprint=fingerprint if self._whole or self._is_empty else None,
            length=self._asked.length,
            status=self._start["status"],
            headers={name: headers[name] for name in _KEPT_HEADERS if name in headers},
            content=self._content.decode("latin-1"),
        )
        # Also when it cannot be kept: what was done must not be done again while the first mention lasts.
        self.settled = True
        try:
            await self._store.finish(self._name, kept)
        except ServiceError as failure:
            log.warning("idempotency.not_kept", code=failure.code)


def _fingerprint(scope: Scope) -> Fingerprint:
    return Fingerprint(Headers(scope=scope).get("content-type", ""))


async def _is_same(kept: Kept, body: Fingerprint, receive: Receive) -> bool:
    """Whether the body that comes is the one that was answered; no more of it is read than that one had."""
    if kept.fingerprint is None:
        return True
    more = True
    while more and body.length <= kept.length:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body.update(message.get("body", b""))
        more = message.get("more_body", False)
    return body.hexdigest() == kept.fingerprint


async def _release(store: IdempotencyStore, name: str) -> None:
    try:
        await store.release(name)
    except ServiceError as failure:
        log.warning("idempotency.not_released", code=failure.code)


def _address(scope: Scope) -> str:
    """The route with its query; both spellings of a collection are one."""
    return f"{scope['path'].rstrip('/')}?{scope['query_string'].decode('latin-1')}"

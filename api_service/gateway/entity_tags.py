"""Answers 304 to clients that ask again for what they have."""

import re
from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MOST_BYTES = 2_000_000
"""Longer answers are sent as they come."""

_ANSWERED_AT = re.compile(rb'"timestamp":"[^"]*"')
"""In version 2 replies, and tasks in lists, say when they were given, which is no part of what they say."""

_OF_WHAT_IS_NOT_SENT = ("content-length", "content-type")


class EntityTags:
    """Tags JSON with a weak hash of its bytes; a route that knows better sets its own `ETag`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            tagged = _Tagged(scope, send)
            await self._app(scope, receive, tagged.send)
        else:
            await self._app(scope, receive, send)


class _Tagged:
    """Holds an answer back until its hash is known."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._asked = Headers(scope=scope).get("if-none-match", "")
        self._path: str = scope["path"]
        self._send = send
        self._held: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_taggable(message):
            self._held = message
        elif self._held is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            await self._finish(self._held, message)

    async def _finish(self, start: Message, last: Message) -> None:
        if last.get("more_body"):
            return
        self._held = None
        headers = MutableHeaders(scope=start)
        tag = headers.setdefault("etag", self._tag())
        if _matches(self._asked, tag):
            for name in _OF_WHAT_IS_NOT_SENT:
                del headers[name]
            start["status"], self._body = 304, bytearray()
        await self._send(start)
        await self._send({"type": "http.response.body", "body": bytes(self._body)})

    def _tag(self) -> str:
        body = bytes(self._body)
        if self._path.startswith("/api/v2/"):
            body = _ANSWERED_AT.sub(b"", body)
        return f'W/"{blake2b(body, digest_size=16).hexdigest()}"'


def _is_taggable(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    length = headers.get("content-length", "")
    kind = headers.get("content-type", "").partition(";")[0]
    fits = length.isdecimal() and int(length) <= _MOST_BYTES
    return start["status"] == 200 and kind == "application/json" and fits


def _matches(asked: str, tag: str) -> bool:
    """Weakly, as RFC 9110 wants it for reading."""
    named = [each.strip().removeprefix("W/") for each in asked.split(",")]
    return "*" in named or tag.removeprefix("W/") in named

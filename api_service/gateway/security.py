"""What browsers may do with our answers."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
}
"""For answers that say nothing else: data is never a document that runs something."""

_ONLY_ENCRYPTED = "max-age=31536000"
_ASK_AGAIN = "private, no-cache"
_KEEP_NOTHING = "no-store"


class SecurityHeaders:
    """Adds to every answer what its route has not decided itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                _secure(MutableHeaders(scope=message), scope, status=message["status"])
            await send(message)

        await self._app(scope, receive, secured)


def _secure(headers: MutableHeaders, scope: Scope, *, status: int) -> None:
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if scope["path"].startswith("/api/"):
        read = scope["method"] in {"GET", "HEAD"} and status in {200, 304}
        headers.setdefault("cache-control", _ASK_AGAIN if read else _KEEP_NOTHING)
        headers.add_vary_header("Authorization")
    if scope["scheme"] == "https":
        headers.setdefault("strict-transport-security", _ONLY_ENCRYPTED)

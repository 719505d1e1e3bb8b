"""Refuses requests that were sent to another name than ours."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from shared.errors import BadRequest
from shared.serving import answer

_ASKED_BY_ADDRESS = {"/health", "/metrics"}
"""By probes, which name the machine and not the service."""


class UnknownHost(BadRequest):
    code, title = "unknown-host", "This is not the name of this service"


class KnownHosts:
    """Serves the names it is given and no other; `*.example.com` stands for every name below."""

    def __init__(self, app: ASGIApp, *, hosts: tuple[str, ...]) -> None:
        self._app = app
        self._names = {host for host in hosts if not host.startswith("*.")}
        self._endings = tuple(host[1:] for host in hosts if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in _ASKED_BY_ADDRESS or self._knows(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(reason="Unknown host")(scope, receive, send)
        else:
            refusal = UnknownHost("The Host header names somebody else")
            await answer(refusal, Request(scope))(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        name = host_name(Headers(scope=scope).get("host", ""))
        return name in self._names or name.endswith(self._endings or ("\n",))


def host_name(header: str) -> str:
    """The name in a Host header without its port; nothing when it is none."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""

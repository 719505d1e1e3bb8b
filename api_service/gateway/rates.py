"""How often one account or one address may ask."""

import re
from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_service.auth.service_token import is_service_token
from api_service.gateway.identity import known_claims
from api_service.gateway.limiter import RateLimiter, Spent
from shared.errors import ServiceError
from shared.serving import answer

Budget = Literal["reads", "writes", "anonymous", "sign-in"]

SIGN_IN = ("POST", "/api/v1/auth/development-token")
_UNCOUNTED = ("/app/", "/health", "/metrics", "/api/v1/livekit/webhook")
"""Loaded by every visitor, asked by machines, signed by LiveKit."""

_POLLED = re.compile(r"/api/v2/tasks/[^/]+(/status)?")
"""With GET, until something is done."""

_STARTS = ("http.response.start", "websocket.http.response.start")


class TooManyRequests(ServiceError):
    status, code, title, retryable = 429, "too-many-requests", "Too many requests", True


@dataclass(frozen=True, slots=True)
class Counted:
    """Which budget a request is taken from, and whose."""

    budget: Budget
    owner: str


class RateLimits:
    """Takes every request, and every opening of a WebSocket, from one budget.

    While Redis is away they pass uncounted.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        counted = counted_as(scope) if scope["type"] in {"http", "websocket"} else None
        if counted is None:
            await self._app(scope, receive, send)
            return
        limiter: RateLimiter = scope["state"]["runtime"].limiter
        spent = await limiter.spend(counted.budget, counted.owner)
        if spent is None:
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] in _STARTS:
                _tell(MutableHeaders(scope=message), spent)
            await send(message)

        if spent.allowed:
            await self._app(scope, receive, told)
        else:
            await self._refuse(spent, scope, receive, told)

    async def _refuse(self, spent: Spent, scope: Scope, receive: Receive, send: Send) -> None:
        response = answer(TooManyRequests(f"At most {spent.description}"), HTTPConnection(scope))
        response.headers["retry-after"] = str(spent.reset_seconds)
        await response(scope, receive, send)


def is_counted(path: str, method: str) -> bool:
    """Whether such requests can be refused for being too many."""
    if method in {"GET", "HEAD"} and _POLLED.fullmatch(path):
        return False
    return not path.startswith(_UNCOUNTED)


def counted_as(scope: Scope) -> Counted | None:
    """The budget of a request; None for what is never refused, such as what agents tell."""
    # A WebSocket begins as a GET, and is one for as long as nobody has accepted it.
    path, method = scope["path"], scope.get("method", "GET")
    if method == "OPTIONS" or (scope["type"] == "http" and not is_counted(path, method)):
        return None
    address = scope["client"][0] if scope.get("client") else "unknown"
    if (method, path) == SIGN_IN:
        return Counted("sign-in", address)
    claims = known_claims(scope)
    if claims is None:
        return None if _of_the_operator(scope) else Counted("anonymous", address)
    return Counted("reads" if method in {"GET", "HEAD"} else "writes", str(claims.user_id))


def _of_the_operator(scope: Scope) -> bool:
    _, _, token = HTTPConnection(scope).headers.get("authorization", "").partition(" ")
    return is_service_token(token.strip(), scope["state"]["runtime"].settings)


def _tell(headers: MutableHeaders, spent: Spent) -> None:
    """In the fields of the IETF's draft on rate limits."""
    headers["ratelimit-policy"] = f'"{spent.budget}";q={spent.most};w={spent.window_seconds}'
    headers["ratelimit"] = f'"{spent.budget}";r={spent.remaining};t={spent.reset_seconds}'

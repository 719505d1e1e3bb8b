"""How often one account or one address may ask."""

from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_service.auth.service_token import is_service_token
from api_service.gateway.identity import known_claims
from api_service.gateway.limiter import RateLimiter, Spent
from shared.errors import ServiceError
from shared.serving import answer

Budget = Literal["reads", "writes", "anonymous", "sign-in"]

SIGN_IN = ("POST", "/api/v1/auth/development-token")
_UNCOUNTED = ("/api/v2/tasks/", "/app/", "/health", "/metrics", "/api/v1/livekit/webhook")
"""Polled until something is done, loaded by every visitor, asked by machines, signed by LiveKit."""


class TooManyRequests(ServiceError):
    status, code, title, retryable = 429, "too-many-requests", "Too many requests", True


@dataclass(frozen=True, slots=True)
class Counted:
    """Which budget a request is taken from, and whose."""

    budget: Budget
    owner: str


class RateLimits:
    """Takes every request from one budget. While Redis is away requests pass uncounted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        counted = counted_as(scope) if scope["type"] == "http" else None
        if counted is None:
            await self._app(scope, receive, send)
            return
        limiter: RateLimiter = scope["state"]["runtime"].limiter
        spent = await limiter.spend(counted.budget, counted.owner)
        if spent is None:
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tell(MutableHeaders(scope=message), spent)
            await send(message)

        if spent.allowed:
            await self._app(scope, receive, told)
        else:
            await self._refuse(spent, scope, receive, told)

    async def _refuse(self, spent: Spent, scope: Scope, receive: Receive, send: Send) -> None:
        response = answer(TooManyRequests(f"At most {spent.description}"), Request(scope))
        response.headers["retry-after"] = str(spent.reset_seconds)
        await response(scope, receive, send)


def is_counted(path: str) -> bool:
    """Whether requests to this path can be refused for being too many."""
    return not path.startswith(_UNCOUNTED)


def counted_as(scope: Scope) -> Counted | None:
    """The budget of a request; None for what is never refused, such as what agents tell."""
    path, method = scope["path"], scope["method"]
    if method == "OPTIONS" or not is_counted(path):
        return None
    address = scope["client"][0] if scope.get("client") else "unknown"
    if (method, path) == SIGN_IN:
        return Counted("sign-in", address)
    claims = known_claims(scope)
    if claims is None:
        return None if _of_the_operator(scope) else Counted("anonymous", address)
    return Counted("reads" if method in {"GET", "HEAD"} else "writes", str(claims.user_id))


def _of_the_operator(scope: Scope) -> bool:
    _, _, token = Request(scope).headers.get("authorization", "").partition(" ")
    return is_service_token(token.strip(), scope["state"]["runtime"].settings)


def _tell(headers: MutableHeaders, spent: Spent) -> None:
    """In the fields of the IETF's draft on rate limits."""
    headers["ratelimit-policy"] = f'"{spent.budget}";q={spent.most};w={spent.window_seconds}'
    headers["ratelimit"] = f'"{spent.budget}";r={spent.remaining};t={spent.reset_seconds}'

"""Finds out once who asks, for the layers below and for the routes."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api_service.auth.verifier import Claims, TokenVerifier
from api_service.event_sockets import token_of
from shared.errors import ServiceError, Unauthenticated

_STATE = "identity"


class Identity:
    """Verifies the token of a request, if there is one. Refuses nobody: that is for routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            verifier: TokenVerifier = scope["state"]["runtime"].verifier
            scope["state"][_STATE] = await _identify(verifier, HTTPConnection(scope))
        await self._app(scope, receive, send)


def claims_of(scope: Scope) -> Claims:
    """Who asks. Raises Unauthenticated, or Unavailable while tokens cannot be verified."""
    identity: Claims | ServiceError = scope["state"][_STATE]
    if isinstance(identity, ServiceError):
        raise identity
    return identity


def known_claims(scope: Scope) -> Claims | None:
    """Who asks, if that is certain."""
    identity: Claims | ServiceError = scope["state"][_STATE]
    return None if isinstance(identity, ServiceError) else identity


async def _identify(verifier: TokenVerifier, request: HTTPConnection) -> Claims | ServiceError:
    token = token_of(request)
    if token is None:
        return Unauthenticated("Authorization header missing")
    try:
        return await verifier.verify(token)
    except ServiceError as refusal:
        return refusal

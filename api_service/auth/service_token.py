"""The token of agents and other programs of the operator: it belongs to no user and opens no user's route."""

import hmac
from typing import Annotated

from fastapi import Depends, Request

from api_service.runtime import CurrentRuntime
from api_service.settings import ApiSettings
from shared.errors import Forbidden, Unauthenticated


class ServiceTokenUnset(Forbidden):
    code, title = "service-token-unset", "This is only for programs of the operator"


async def _service_caller(request: Request, runtime: CurrentRuntime) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Authorization header missing")
    if runtime.settings.service_token is None:
        raise ServiceTokenUnset("SERVICE_TOKEN is not set, so nobody may call this")
    if not is_service_token(token.strip(), runtime.settings):
        raise Unauthenticated("Not the service token")


def is_service_token(token: str, settings: ApiSettings) -> bool:
    """Whether a bearer token is the one that programs of the operator show."""
    expected = settings.service_token
    return expected is not None and hmac.compare_digest(token.encode(), expected.get_secret_value().encode())


ServiceCaller = Annotated[None, Depends(_service_caller)]
"""For routes that agents alone may call. Raises Unauthenticated and ServiceTokenUnset."""

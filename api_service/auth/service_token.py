"""The token of agents and other programs of the operator: it belongs to no user and opens no user's route."""

import hmac
from typing import Annotated

from fastapi import Depends, Request

from api_service.runtime import CurrentRuntime
from shared.errors import Forbidden, Unauthenticated


class ServiceTokenUnset(Forbidden):
    code, title = "service-token-unset", "This is only for programs of the operator"


async def _service_caller(request: Request, runtime: CurrentRuntime) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Authorization header missing")
    expected = runtime.settings.service_token
    if expected is None:
        raise ServiceTokenUnset("SERVICE_TOKEN is not set, so nobody may call this")
    if not hmac.compare_digest(token.strip().encode(), expected.get_secret_value().encode()):
        raise Unauthenticated("Not the service token")


ServiceCaller = Annotated[None, Depends(_service_caller)]
"""For routes that agents alone may call. Raises Unauthenticated and ServiceTokenUnset."""

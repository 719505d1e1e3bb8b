"""The API with its layers as an operator would set them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
from asgi_lifespan import LifespanManager

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import BASE_URL

Serving = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def serving(settings: ApiSettings) -> Serving:
    """Serves with other settings; yields a client from an address of the test's choice."""

    @asynccontextmanager
    async def serve(*, address: str = "127.0.0.1", **changed: object) -> AsyncIterator[httpx.AsyncClient]:
        async with LifespanManager(create_app(settings.model_copy(update=changed))) as manager:
            transport = httpx.ASGITransport(manager.app, client=(address, 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
                yield client

    return serve

"""The service over real sockets, in the test's own process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from stt_service.settings import SttSettings
from tests.stt_service.conftest import PATIENCE, CountingEngine, app_with


@asynccontextmanager
async def serving(engine: CountingEngine, settings: SttSettings) -> AsyncIterator[int]:
    """Yields the port; at the end the engine is let go on and the service stops."""
    async with serving_app(app_with(engine, settings)) as port:
        try:
            yield port
        finally:
            engine.let.set()


@asynccontextmanager
async def serving_app(app: FastAPI) -> AsyncIterator[int]:
    """Yields the port of any app of ours."""
    config = uvicorn.Config(app, log_config=None, lifespan="on", ws_ping_timeout=None)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(PATIENCE):
            while not server.started:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await running

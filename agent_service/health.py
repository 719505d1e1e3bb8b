"""What others may ask a worker: whether LiveKit has it, and what its processes count."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
from aiohttp import web
from livekit.agents import AgentServer
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

log = structlog.get_logger()


class Health:
    """`GET /` is 200 once the worker is registered, `GET /metrics` sums up the rooms' processes."""

    def __init__(self, server: AgentServer, *, metrics_directory: Path) -> None:
        self._server = server
        self._metrics_directory = metrics_directory
        self._registered = False
        server.on("worker_registered", self._on_registered)

    @asynccontextmanager
    async def served(self, *, host: str, port: int) -> AsyncIterator[None]:
        """Answer at an address of this machine."""
        app = web.Application()
        app.add_routes([web.get("/", self._health), web.get("/metrics", self._metrics)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            yield
        finally:
            await runner.cleanup()

    def _on_registered(self, *_: object) -> None:
        self._registered = True
        log.info("worker.registered")

    async def _health(self, _request: web.Request) -> web.Response:
        if not self._registered:
            return web.json_response({"status": "starting"}, status=503)
        return web.json_response({"status": "healthy", "rooms": len(self._server.active_jobs)})

    async def _metrics(self, _request: web.Request) -> web.Response:
        self._forget_dead_processes()
        registry, directory = CollectorRegistry(), str(self._metrics_directory)
        MultiProcessCollector(registry, path=directory)  # type: ignore[no-untyped-call]  # as published
        return web.Response(body=generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    def _forget_dead_processes(self) -> None:
        """What waited in a process that is gone waits no longer. Counters stay: what was counted happened."""
        directory = str(self._metrics_directory)
        for file in self._metrics_directory.glob("gauge_live*.db"):
            process = int(file.stem.rpartition("_")[2])
            with suppress(PermissionError):
                try:
                    os.kill(process, 0)
                except ProcessLookupError:
                    mark_process_dead(process, path=directory)  # type: ignore[no-untyped-call]  # as published

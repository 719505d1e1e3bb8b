"""The process of an HTTP service of ours, from its start to a stop that finishes what is running."""

import gc
import socket
import sys
from contextlib import suppress

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import CannotStart
from shared.stopping import Stopping

_GRACE_SECONDS = 10
_CANNOT_START = 3
"""As uvicorn's own command exits."""


def run(
    app: FastAPI,
    *,
    host: str,
    port: int,
    max_message_bytes: int = 1_000_000,
    pong_seconds: float | None = 20.0,
) -> None:
    """Serve until SIGTERM or SIGINT, then tell the app's `Stopping` and finish what is running.

    `max_message_bytes` is the most that one message of a WebSocket may have, unpacked: uvicorn's own limit
    would let each client take 16 MB. A WebSocket is pinged every 20 s, and given up when the answer takes
    longer than `pong_seconds`. None is for services that keep back what they cannot take yet, because the
    answer waits behind it.
    """
    # What was made until now stays: looking for garbage in it again and again would hold requests up.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        PlainStart(app),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ws_max_size=max_message_bytes,
        ws_ping_timeout=pong_seconds,
    )
    server = _Server(config, app.state.stopping)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(_CANNOT_START)


class _Server(uvicorn.Server):
    """Tells that it stops before it waits for what is running."""

    def __init__(self, config: uvicorn.Config, stopping: Stopping) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.begin()
        await super().shutdown(sockets)


class PlainStart:
    """Lets an app that cannot start say why in one line: a traceback helps nobody bring what is missing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold_failure(message: Message) -> None:
            # Starlette sends it, traceback and all, before it raises what went wrong.
            if message["type"] == "lifespan.startup.failed":
                held.append(message)
            else:
                await send(message)

        try:
            await self._app(scope, receive, hold_failure)
        except CannotStart as fault:
            await send({"type": "lifespan.startup.failed", "message": str(fault)})
        except BaseException:
            for message in held:
                await send(message)
            raise

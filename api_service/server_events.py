"""Server-sent events as every stream of ours sends them: alive, cut off when stuck, over with the process."""

from collections.abc import AsyncIterator

import anyio
import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

log = structlog.get_logger()

_HEARTBEAT_SECONDS = 15
_FAREWELL_SECONDS = 2
_STUCK_SECONDS = 30
"""A follower that takes nothing for this long is cut off; it may resume."""


class EventStream(EventSourceResponse):
    """`stopping` is set when the process stops: the events have a moment to end by themselves."""

    def __init__(
        self,
        events: AsyncIterator[ServerSentEvent],
        *,
        stopping: anyio.Event,
        stuck_seconds: float = _STUCK_SECONDS,
    ) -> None:
        super().__init__(
            events,
            ping=_HEARTBEAT_SECONDS,
            send_timeout=stuck_seconds,
            sep="\n",
            shutdown_event=stopping,
            shutdown_grace_period=_FAREWELL_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            # No fault of ours.
            log.info("follower.stuck")

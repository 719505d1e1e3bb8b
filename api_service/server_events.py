"""Server-sent events as every stream of ours sends them: alive, cut off when stuck, over with the process."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

import anyio
import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from shared.errors import ServiceError

log = structlog.get_logger()

_HEARTBEAT_SECONDS = 15
_FAREWELL_SECONDS = 2
_STUCK_SECONDS = 30
"""A follower that takes nothing for this long is cut off; it may resume."""


class TooManyStreams(ServiceError):
    status, code, title, retryable = 429, "too-many-streams", "Too many streams are open", True
    retry_after_seconds = 5


class EventStream(EventSourceResponse):
    """`stopping` is set when the process stops: the events have a moment to end by themselves.

    `place` is taken while the stream is open; what it raises is answered in the place of the stream.
    """

    def __init__(
        self,
        events: AsyncIterator[ServerSentEvent],
        *,
        stopping: anyio.Event,
        place: AbstractContextManager[None],
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
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._place:
                await super().__call__(scope, receive, send)
        except SendTimeoutError:
            # No fault of ours.
            log.info("follower.stuck")

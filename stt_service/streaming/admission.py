"""Who may open a stream: so many at once, and no web page of somebody else's."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import WebSocket
from prometheus_client import Gauge

from shared.errors import Forbidden, Unavailable

_OPEN = Gauge("intrascribe_open_streams", "WebSockets that are being listened to", ["service"]).labels("stt")


class TooManyStreams(Unavailable):
    code, title, retry_after_seconds = "too-many-streams", "All places for streams are taken", 5


class ForeignOrigin(Forbidden):
    code, title = "foreign-origin", "Pages of this origin may not open streams"


class Streams:
    """The places for streams of one process."""

    def __init__(self, *, places: int, origins: frozenset[str]) -> None:
        self._places = places
        self._origins = origins
        """A browser lets any page open a WebSocket and only says whose it is; other clients say nothing."""
        self._open = 0

    @contextmanager
    def admitted(self, websocket: WebSocket) -> Iterator[None]:
        """Hold a place. Raises ForeignOrigin or TooManyStreams."""
        origin = websocket.headers.get("origin")
        if origin is not None and origin not in self._origins:
            raise ForeignOrigin("STT_ALLOWED_ORIGINS does not name the origin of this page")
        if self._open >= self._places:
            raise TooManyStreams(f"{self._open} streams are open already")
        self._open += 1
        _OPEN.inc()
        try:
            yield
        finally:
            self._open -= 1
            _OPEN.dec()

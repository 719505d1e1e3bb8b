"""Who may send a body: so many requests at once, and of all their bodies only so much."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from shared.contracts.stt import Priority
from shared.inference import EngineBusy
from stt_service.recognition import Recogniser
from stt_service.settings import SttSettings


class Places:
    """The places of one process. Each is taken before a body is read, and held until the answer is there."""

    def __init__(self, settings: SttSettings, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        waiting = {"final": settings.max_waiting, "partial": max(1, settings.max_waiting // 4)}
        # One more than may wait: somebody is being heard.
        self._free = {priority: places + 1 for priority, places in waiting.items()}
        self._free_bytes = max(settings.max_bodies_bytes, settings.max_body_bytes)
        self._most_bytes = settings.max_body_bytes

    @contextmanager
    def taken(self, request: Request, priority: Priority) -> Iterator[None]:
        """Hold a place. Raises EngineBusy at once where there is none, or no room for the body."""
        self._recogniser.require_place(priority)
        announced = request.headers.get("content-length", "")
        # Who does not say how much will come may send all that is allowed.
        body_bytes = int(announced) if announced.isdecimal() else self._most_bytes
        if not self._free[priority]:
            raise EngineBusy("All places are taken by requests that came before")
        if body_bytes > self._free_bytes:
            raise EngineBusy("Too much audio of requests that came before is in memory")
        self._free[priority] -= 1
        self._free_bytes -= body_bytes
        try:
            yield
        finally:
            self._free[priority] += 1
            self._free_bytes += body_bytes

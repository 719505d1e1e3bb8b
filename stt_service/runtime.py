"""What lives as long as the speech service's process, and how its routes reach it."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from shared.clients.diarization import DiarizationClient
from shared.decoding import Decoder
from stt_service.engine import Loaded
from stt_service.places import Places
from stt_service.recognition import Recogniser
from stt_service.settings import SttSettings
from stt_service.streaming.admission import Streams
from stt_service.streaming.hearing import FollowVoice


@dataclass(frozen=True, slots=True)
class Runtime:
    """Made when the service starts, closed when it ends."""

    settings: SttSettings
    decoder: Decoder
    loaded: Loaded
    load_seconds: float
    recogniser: Recogniser
    places: Places
    follow_voice: FollowVoice
    streams: Streams
    diarization: DiarizationClient | None
    started: float
    """On the event loop's clock."""

    @property
    def batch_limit(self) -> int:
        """Requests that may come in one."""
        return min(self.settings.max_batch_size, self.settings.max_waiting)

    @property
    def uptime_seconds(self) -> float:
        return round(asyncio.get_running_loop().time() - self.started, 3)


async def _runtime(connection: HTTPConnection) -> Runtime:
    # Async, because what is not is called on another thread, which costs more than all of this.
    runtime = connection.state.runtime
    assert isinstance(runtime, Runtime)  # noqa: S101 - lifespan put it there
    return runtime


WithRuntime = Annotated[Runtime, Depends(_runtime)]

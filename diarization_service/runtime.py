"""What lives as long as the diarization service's process, and how its routes reach it."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from diarization_service.diarization import Diariser
from diarization_service.engine import Loaded
from diarization_service.settings import DiarizationSettings
from shared.contracts.diarization import NO_MODEL
from shared.decoding import Decoder
from shared.errors import ServiceError


class DiarizationUnavailable(ServiceError):
    """There is no model. Who speaks is never guessed, so nothing is answered until somebody brings one."""

    status, code, title = 503, NO_MODEL, "Speakers cannot be told apart here"
    retryable, retry_after_seconds = True, 60


@dataclass(frozen=True, slots=True)
class Ready:
    """A model, and what asks it."""

    loaded: Loaded
    load_seconds: float
    diariser: Diariser


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no model."""

    reason: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """Made when the service starts, closed when it ends."""

    settings: DiarizationSettings
    decoder: Decoder
    model: Ready | Missing
    started: float
    """On the event loop's clock."""

    @property
    def diariser(self) -> Diariser:
        """Raises DiarizationUnavailable, with what is missing."""
        if isinstance(self.model, Missing):
            raise DiarizationUnavailable(self.model.reason)
        return self.model.diariser

    @property
    def uptime_seconds(self) -> float:
        return round(asyncio.get_running_loop().time() - self.started, 3)


async def _runtime(connection: HTTPConnection) -> Runtime:
    # Async, because what is not is called on another thread, which costs more than all of this.
    runtime = connection.state.runtime
    assert isinstance(runtime, Runtime)  # noqa: S101 - lifespan put it there
    return runtime


WithRuntime = Annotated[Runtime, Depends(_runtime)]

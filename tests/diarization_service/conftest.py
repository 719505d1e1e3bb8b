"""The service with an engine that anybody can predict."""

import io
import threading
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from diarization_service.app import create_app
from diarization_service.engine import Diarized, EngineUnavailable, Loaded, Report
from diarization_service.settings import DiarizationSettings
from shared.audio import Pcm
from shared.clients.diarization import DiarizationClient
from shared.contracts.diarization import Progress, SpeakerCount
from shared.observing import configure_logging
from shared.speakers import Turn

PATIENCE = 20.0


class AlternatingEngine:
    """Two speakers take turns of a second, one over the end of the other. Works only while it is let."""

    name = "alternating"
    device = "cpu"

    def __init__(self) -> None:
        self.asked: list[SpeakerCount] = []
        self.begun, self.let = threading.Semaphore(0), threading.Event()
        self.let.set()
        self.ended_by: BaseException | None = None
        self.broken = False

    def diarize(self, audio: Pcm, speakers: SpeakerCount, report: Report) -> Diarized:
        self.asked.append(speakers)
        try:
            report(Progress(stage="segmentation", percent=10))
            self.begun.release()
            assert self.let.wait(PATIENCE)
            report(Progress(stage="embeddings", percent=50))
        except BaseException as ended_by:
            self.ended_by = ended_by
            raise
        if self.broken:
            raise RuntimeError("out of memory, say")
        if not audio.samples.any():
            return Diarized([], [])
        labels = ["B", "A"]
        exclusive = [
            Turn(second, min(second + 1.0, audio.seconds), labels[second % 2])
            for second in range(-int(-audio.seconds // 1))
        ]
        overlapping = [
            Turn(max(0.0, turn.start - 0.25), turn.end, turn.speaker) if turn.speaker == "A" else turn
            for turn in exclusive
        ]
        return Diarized(overlapping, exclusive)


def loud(seconds: float) -> Pcm:
    return Pcm.from_samples(np.full(round(seconds * 16_000), 1000, np.int16))


def wav(audio: Pcm) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, 16_000, 0, "NONE", ""))
        written.writeframes(audio.data)
    return file.getvalue()


def app_with(engine: AlternatingEngine, settings: DiarizationSettings) -> FastAPI:
    """The service whose engine is a value."""
    loaded = Loaded(engine, Path("models/alternating"), "the tests ask for it")
    return create_app(settings, load=lambda _: loaded)


def app_without(reason: str, settings: DiarizationSettings) -> FastAPI:
    """The service where there is no model."""

    def load(_: DiarizationSettings) -> Loaded:
        raise EngineUnavailable(reason)

    return create_app(settings, load=load)


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with LifespanManager(app) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://diarization") as http:
            yield http


Serve = Callable[[DiarizationSettings], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(autouse=True, scope="session")
def logs() -> None:
    """As in production."""
    configure_logging(service="diarization", level="info", log_format="json")


@pytest.fixture
def engine() -> AlternatingEngine:
    return AlternatingEngine()


@pytest.fixture
def serve(engine: AlternatingEngine) -> Serve:
    """The service with settings of the test's own."""

    @asynccontextmanager
    async def served(settings: DiarizationSettings) -> AsyncIterator[httpx.AsyncClient]:
        async with serving(app_with(engine, settings)) as http:
            yield http
            engine.let.set()

    return served


@pytest.fixture
async def http(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(
        DiarizationSettings(max_audio_seconds=30, max_waiting=2, max_json_bytes=500_000)
    ) as http:
        yield http


@pytest.fixture
def client(http: httpx.AsyncClient) -> DiarizationClient:
    return DiarizationClient(http)

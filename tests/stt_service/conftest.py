"""The service with an engine that anybody can predict."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from shared.audio import Pcm, cut_at_pauses
from shared.clients.stt import SttClient
from shared.contracts.stt import Segment
from shared.observing import configure_logging
from stt_service.app import create_app
from stt_service.engine import Loaded, Recognised, Speech
from stt_service.settings import SttSettings

PATIENCE = 20.0


class CountingEngine:
    """Hears how many samples there are, and nothing in silence. Works only while it is let."""

    name = "counting"
    languages: tuple[str, ...] = ("en", "zh")
    device = "cpu"
    max_batch_size = 4
    has_words = False

    def __init__(self) -> None:
        self.batches: list[list[Speech]] = []
        self.begun, self.let = threading.Semaphore(0), threading.Event()
        self.let.set()
        self.broken = False
        self.hears = True

    def cut(self, audio: Pcm) -> list[tuple[float, float]]:
        return cut_at_pauses(audio, max_seconds=12)

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        self.batches.append(batch)
        self.begun.release()
        assert self.let.wait(PATIENCE)
        if self.broken:
            raise RuntimeError("out of memory, say")
        return [Recognised(_count(speech.audio) if self.hears else [], speech.language) for speech in batch]


def app_with(engine: CountingEngine, settings: SttSettings) -> FastAPI:
    """The service whose engine is a value, and for which speech is whatever is loud."""
    loaded = Loaded(engine, "scripted", Path("models/counting"), "the tests ask for it")
    return create_app(settings, load=lambda _: loaded, load_vad=lambda _: lambda: _loudness)


def _loudness(frame: Pcm) -> float:
    return float(np.abs(frame.samples).mean() > 100)


def _count(audio: Pcm) -> list[Segment]:
    if not audio.samples.any():
        return []
    return [Segment(text=f"{len(audio.samples)} samples", start=0, end=audio.seconds, confidence=0.5)]


Serve = Callable[[SttSettings], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(autouse=True, scope="session")
def logs() -> None:
    """As in production."""
    configure_logging(service="stt", level="info", log_format="json")


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
def serve(engine: CountingEngine) -> Serve:
    """The service with settings of the test's own."""

    @asynccontextmanager
    async def served(settings: SttSettings) -> AsyncIterator[httpx.AsyncClient]:
        async with LifespanManager(app_with(engine, settings)) as manager:
            transport = httpx.ASGITransport(manager.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://stt") as http:
                yield http
                engine.let.set()

    return served


@pytest.fixture
async def http(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(SttSettings(max_audio_seconds=30, max_waiting=4, max_json_bytes=10_000)) as http:
        yield http


@pytest.fixture
def stt(http: httpx.AsyncClient) -> SttClient:
    return SttClient(http)

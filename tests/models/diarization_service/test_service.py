"""The service with its real pipeline, and files as they come and as nobody should send them."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from asgi_lifespan import LifespanManager

from diarization_service.app import create_app
from diarization_service.engine import DiarizationEngine, Loaded
from diarization_service.settings import DiarizationSettings
from shared.clients.diarization import DiarizationClient
from tests.models.diarization_service.conftest import heard
from tests.models.diarization_service.scoring import error_rate, reference

pytestmark = [pytest.mark.models, pytest.mark.timeout(240)]

SOON = 5.0


@pytest.fixture(scope="module")
async def http(engine: DiarizationEngine, settings: DiarizationSettings) -> AsyncIterator[httpx.AsyncClient]:
    loaded = Loaded(engine, settings.models_directory / "voices", "loaded once for all tests")
    async with LifespanManager(create_app(settings, load=lambda _: loaded)) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://diarization", timeout=60) as http:
            yield http


async def test_a_file_is_told_apart_over_http_as_by_the_pipeline(
    http: httpx.AsyncClient, recordings: Path
) -> None:
    file = recordings / "diar" / "pyannote_sample" / "sample.wav"
    by_client = await DiarizationClient(http).diarize(heard(file))
    assert error_rate(by_client, reference(file.with_suffix(".rttm")), collar=0.25) < 0.15
    assert by_client[0].speaker == "SPEAKER_00"


async def test_no_file_ends_the_service_or_invents_a_speaker(
    http: httpx.AsyncClient, recordings: Path
) -> None:
    hostile = sorted((recordings / "hostile").iterdir())
    assert len(hostile) > 25
    for file in hostile:
        began = time.monotonic()
        headers = {"content-type": "application/octet-stream"}
        answer = await http.post("/diarize", content=file.read_bytes(), headers=headers)
        assert time.monotonic() - began < SOON, file.name
        if answer.status_code == 200:
            # A plucked string is short, and near enough to a voice for the network.
            most = 1 if "pluck" in file.name or file.name == "ch8_48k.wav" else 0
            assert answer.json()["speaker_count"] <= most, file.name
        else:
            assert (answer.status_code, answer.json()["code"]) == (400, "undecodable-audio"), file.name
    assert (await http.get("/health")).json()["details"]["diarization_available"]


async def test_every_kind_of_file_has_its_speaker(http: httpx.AsyncClient, recordings: Path) -> None:
    for file in [recordings / "formats" / f"jfk{kind}" for kind in (".m4a", ".webm", "_video.mp4")]:
        form = {"audio_file": (file.name, file.read_bytes())}
        answer = (await http.post("/diarize-file", files=form)).json()
        assert answer["speaker_count"] == 1, file.name
        assert answer["segments"][-1]["end_time"] == pytest.approx(answer["audio_seconds"], abs=0.7), (
            file.name
        )

"""Scripted services, and a worker that uses them."""

from collections.abc import AsyncIterator

import pytest

from api_service.settings import ApiSettings
from shared.contracts.diarization import SpeakerTurn
from tests.integration.api_service.jobs.services import Script, scripted_services, worker


@pytest.fixture(scope="module")
async def services() -> AsyncIterator[Script]:
    async with scripted_services() as script:
        yield script


@pytest.fixture
async def script(services: Script) -> AsyncIterator[Script]:
    services.failures, services.refuses, services.diarization_failures = 0, False, 0
    services.diarized_seconds, services.refuses_length = 0.0, False
    services.turns = [_turn(0, 4, "SPEAKER_01"), _turn(4, 60, "SPEAKER_00")]
    services.asked.clear()
    yield services
    services.let.set()
    services.let_find.set()


@pytest.fixture(scope="module")
async def working(
    settings: ApiSettings, services: Script, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    async with worker(settings, services, tmp_path_factory.mktemp("worker")):
        yield


def _turn(start: float, end: float, label: str) -> SpeakerTurn:
    return SpeakerTurn(start_time=start, end_time=end, speaker_label=label, duration=end - start)

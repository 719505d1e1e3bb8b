"""Transcripts get their speakers, whatever becomes of the service that finds them."""

import asyncio
from pathlib import Path

import pytest

from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.requests import ended, send, step, transcript
from tests.integration.api_service.jobs.services import Script, recording, worker
from tests.integration.api_service.live.proxies import plugged
from tests.scripted import until

pytestmark = pytest.mark.integration

# Tests with workers of their own come first: the fixture `working` has one until the end of the module.

NAMED = [("Speaker 1", "tone 1", 1.0), ("Speaker 2", "tone 6", 6.0)]


async def test_a_service_that_dies_and_comes_back_later_than_one_attempt_waits_costs_no_speakers(
    ada: Person, script: Script, settings: ApiSettings, tmp_path: Path
) -> None:
    script.let_find.clear()
    async with (
        plugged(script.address) as plug,
        worker(
            settings,
            script,
            tmp_path,
            DIARIZATION_SERVICE_URL=plug.url,
            API_WORKER_PATIENCE_SECONDS="0.5",
        ),
    ):
        told = (await send(ada, recording(1, 6, seconds=10, salt=20), prefer="respond-async")).json()
        await step(ada, told["task_id"], "finding_speakers")
        await plug.unplug()
        await until(lambda: "job.waits" in _log(tmp_path), within_seconds=60)
        script.let_find.set()
        await plug.plug_in()
        task = await ended(ada, told["task_id"])
    assert task["status"] == "success", task
    assert await transcript(ada, told["session_id"]) == NAMED
    assert script.asked.count(10.0) == 1  # what had been heard was not heard again


async def test_a_service_that_is_busy_for_longer_than_one_that_is_away_may_be_is_waited_for(
    ada: Person, script: Script, settings: ApiSettings, tmp_path: Path
) -> None:
    script.diarization_failures = 4
    async with worker(settings, script, tmp_path, API_WORKER_PATIENCE_SECONDS="0.1"):
        told = (await send(ada, recording(1, 6, seconds=10, salt=21))).json()
    assert await transcript(ada, told["session_id"]) == NAMED
    assert "job.waits" not in _log(tmp_path)


async def test_a_recording_that_is_too_long_to_be_searched_says_so_at_once(
    ada: Person, script: Script, settings: ApiSettings, tmp_path: Path
) -> None:
    async with worker(settings, script, tmp_path, DIARIZATION_MAX_AUDIO_SECONDS="9"):
        told = (await send(ada, recording(1, 6, seconds=10, salt=24))).json()
        result = (await ended(ada, told["task_id"]))["result"]
    assert isinstance(result, dict)
    assert (result["diarization"], script.diarized_seconds) == ("too-long", 0.0)


@pytest.mark.usefixtures("working")
async def test_how_far_the_search_is_can_be_seen(ada: Person, script: Script) -> None:
    script.let_find.clear()
    told = (await send(ada, recording(1, 6, seconds=10, salt=22), prefer="respond-async")).json()
    progress = await step(ada, told["task_id"], "finding_speakers")
    async with asyncio.timeout(40):
        while progress["percentage"] != 87:
            progress = await step(ada, told["task_id"], "finding_speakers")
    script.let_find.set()
    assert (await ended(ada, told["task_id"]))["status"] == "success"


@pytest.mark.usefixtures("working")
async def test_a_recording_that_got_no_speakers_can_be_sent_again(ada: Person, script: Script) -> None:
    turns, script.turns = script.turns, None
    file = recording(1, 6, seconds=10, salt=23)
    first = (await send(ada, file)).json()
    assert first["statistics"]["speaker_count"] == 0
    script.turns = turns
    again = (await send(ada, file)).json()
    assert (again["known"], again["statistics"]["speaker_count"]) == (False, 2)
    assert (await send(ada, file)).json()["task_id"] == again["task_id"]


def _log(directory: Path) -> str:
    return "".join(file.read_text() for file in directory.glob("worker-*.log"))

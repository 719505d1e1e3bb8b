"""Audio that programs post over HTTP is part of what was recorded of a session."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import numpy as np
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from pydantic import SecretStr

from api_service.app import create_app
from api_service.settings import ApiSettings
from shared.contracts.recordings import folder, late_key
from shared.storage import open_storage
from tests.integration.api_service.conftest import BASE_URL, Person
from tests.integration.api_service.jobs.requests import ended, transcript
from tests.integration.api_service.jobs.test_recordings import joined, loud_seconds, meet
from tests.servers import Servers

pytestmark = pytest.mark.integration

TOKEN = "a-service-token-of-the-tests"


@pytest.fixture(scope="module")
async def program(settings: ApiSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows the service token."""
    app = create_app(settings.model_copy(update={"service_token": SecretStr(TOKEN)}))
    async with LifespanManager(app) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
        headers = {"authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as client:
            yield client


def tone(seconds: float, *, rate: int = 24_000) -> list[int]:
    return [round(9000 * value) for value in np.sin(np.arange(round(seconds * rate)) * 0.2)]


async def post(program: httpx.AsyncClient, session_id: str, **body: object) -> httpx.Response:
    posted = {"audio_data": tone(1.0), "sample_rate": 24_000} | body
    return await program.post(
        f"/api/v1/realtime/sessions/{session_id}/audio",
        content=json.dumps(posted),
        headers={"content-type": "application/json"},
    )


def finish(servers: Servers, session_id: str) -> None:
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        admin.execute("update public.recording_sessions set status = 'completed' where id = %s", [session_id])


@pytest.mark.usefixtures("working")
async def test_what_is_posted_is_played_when_the_session_is_over(
    ada: Person, servers: Servers, program: httpx.AsyncClient
) -> None:
    session_id = (await ada.new_session())["id"]
    answer = await post(program, session_id, start_time=2.0)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "success": True,
        "message": "Audio segment stored successfully",
        "session_id": session_id,
        "start_time": 2.0,
        "end_time": 3.0,
    }
    floats = [value / 32_768 for value in tone(2.0, rate=8_000)]
    await post(program, session_id, audio_data=floats, sample_rate=8_000, start_time=4.0, speaker="Ann / 安")
    finish(servers, session_id)
    assert (await joined(ada, servers, session_id))["status"] == "success"
    mix, *voices = (await ada.get(f"/api/v1/sessions/{session_id}/audio_files")).json()
    assert mix["kind"] == "mix"
    assert {voice["original_filename"] for voice in voices} == {"recording.m4a", "Ann - 安.m4a"}
    assert mix["duration_seconds"] == pytest.approx(6.0, abs=0.05)
    assert loud_seconds((await ada.api.get(mix["public_url"])).content) == {2, 4, 5}

    # Its captions are the program's own: nothing is heard again by itself.
    with psycopg.connect(servers.database_admin_url) as admin:
        query = "select kind from public.jobs where session_id = %s"
        assert admin.execute(query, [session_id]).fetchall() == [("join_recording",)]
    again = (await ada.post(f"/api/v1/sessions/{session_id}/retranscribe", {})).json()
    assert (await ended(ada, again["task_id"]))["status"] == "success"
    assert await transcript(ada, session_id)


async def test_pieces_that_nobody_placed_follow_one_another(ada: Person, program: httpx.AsyncClient) -> None:
    session_id = (await ada.new_session())["id"]
    pieces = [(await post(program, session_id, timestamp=end)).json() for end in (10.0, 11.3, 11.9, 20.0)]
    assert [(piece["start_time"], piece["end_time"]) for piece in pieces] == [
        *((9.0, 10.0), (10.0, 11.0), (11.0, 12.0)),
        (19.0, 20.0),
    ]
    other = (await post(program, session_id, timestamp=11.3, speaker="Ann")).json()
    assert other["start_time"] == pytest.approx(10.3)


async def test_what_comes_after_the_end_has_the_recording_joined_again(
    ada: Person, servers: Servers, settings: ApiSettings, program: httpx.AsyncClient
) -> None:
    session_id = (await ada.new_session())["id"]
    meet(servers, session_id, status="completed")
    assert (await post(program, session_id)).status_code == 200
    storage = open_storage(settings)
    assert (await storage.open(late_key(UUID(session_id)))).size == 0


async def test_a_session_that_is_not_recorded_keeps_no_audio(
    ada: Person, settings: ApiSettings, program: httpx.AsyncClient
) -> None:
    session = (await ada.post("/api/v1/sessions", {"title": "Quiet", "record": False})).json()
    answer = await post(program, session["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "recording-off")
    storage = open_storage(settings)
    assert [key async for key in storage.keys(folder(UUID(session["id"])))] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"audio_data": None}, 400, "missing-fields"),
        ({"sample_rate": None}, 400, "missing-fields"),
        ({"audio_data": []}, 422, "invalid-request"),
        ({"audio_data": "AAAA"}, 422, "invalid-request"),
        ({"audio_data": [1, [2]]}, 422, "invalid-request"),
        ({"audio_data": [1e9]}, 422, "invalid-request"),
        ({"sample_rate": 3}, 422, "invalid-request"),
        ({"timestamp": "yesterday"}, 400, "bad-timestamp"),
        ({"start_time": -1}, 422, "invalid-request"),
        ({"speaker": "\ud800"}, 422, "invalid-request"),
        ({"audio_data": [0] * 300_000, "sample_rate": 4_000}, 413, "audio-too-long"),
    ],
)
async def test_what_is_no_audio_is_refused(
    ada: Person, program: httpx.AsyncClient, body: dict[str, object], status: int, code: str
) -> None:
    session_id = (await ada.new_session())["id"]
    answer = await post(program, session_id, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_name_of_any_length_fits_a_file(ada: Person, program: httpx.AsyncClient) -> None:
    session_id = (await ada.new_session())["id"]
    assert (await post(program, session_id, speaker="名" * 100)).status_code == 200
    assert (await post(program, session_id, participant_identity="../" * 30)).status_code == 200

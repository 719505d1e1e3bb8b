"""Recordings that are sent, and the workers that transcribe them."""

import asyncio
from uuid import UUID

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import BASE_URL, Person, sign_in
from tests.integration.api_service.jobs.requests import BATCH, ended, send, transcript
from tests.integration.api_service.jobs.services import Script, recording
from tests.scripted import until
from tests.servers import Servers

pytestmark = pytest.mark.integration


@pytest.mark.usefixtures("working")
async def test_a_short_recording_is_answered_with_its_transcript(ada: Person, script: Script) -> None:
    answer = await send(ada, recording(1, 6, seconds=10), form={"title": "My Meeting"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["status"], told["known"], told["success"]) == ("completed", False, True)
    assert told["statistics"] == {
        "total_segments": 2,
        "total_duration_seconds": 10.0,
        "speaker_count": 2,
        "transcription_length": 13,
    }
    assert "Speakers: 2" in told["message"]
    assert await transcript(ada, told["session_id"]) == [
        ("Speaker 1", "tone 1", 1.0),
        ("Speaker 2", "tone 6", 6.0),
    ]
    assert script.diarized_seconds == 10
    session = (await ada.get(f"/api/v1/sessions/{told['session_id']}")).json()
    assert (session["title"], session["status"]) == ("My Meeting", "completed")
    assert session["duration_seconds"] == 10
    [file] = (await ada.get(f"/api/v1/sessions/{told['session_id']}/audio_files")).json()
    assert file["original_filename"] == "All hands.wav"


@pytest.mark.usefixtures("working")
async def test_who_does_not_wait_follows_the_task(ada: Person, script: Script) -> None:
    script.let.clear()
    answer = await send(ada, recording(2, seconds=5), prefer="respond-async")
    assert answer.status_code == 202
    told = answer.json()
    assert answer.headers["location"] == f"/api/v2/tasks/{told['task_id']}"
    assert (told["status"], told["statistics"]) == ("processing", None)
    session = (await ada.get(f"/api/v1/sessions/{told['session_id']}")).json()
    assert (session["title"], session["status"]) == ("All hands", "processing")
    script.let.set()
    task = await ended(ada, told["task_id"])
    assert task["status"] == "success"
    assert isinstance(task["result"], dict)
    assert task["result"]["content_preview"] == "tone 2"
    assert str(UUID(str(task["result"]["transcription_id"]))) == task["result"]["transcription_id"]


@pytest.mark.usefixtures("working")
async def test_long_recordings_are_cut_and_every_word_keeps_its_place(ada: Person, script: Script) -> None:
    told = (await send(ada, recording(1, 50, 118, seconds=120))).json()
    places = [start for _, _, start in await transcript(ada, told["session_id"])]
    assert places == pytest.approx([1.0, 50.0, 118.0], abs=0.05)
    assert len(script.asked) > 2
    assert sum(script.asked) == pytest.approx(120)


@pytest.mark.usefixtures("working", "script")
async def test_channels_are_speakers_when_that_is_asked_for(ada: Person) -> None:
    file = recording(1, seconds=6, channels=2)
    told = (await send(ada, file, channels_as_speakers="true")).json()
    assert await transcript(ada, told["session_id"]) == [
        ("Channel 1", "tone 1", 1.0),
        ("Channel 2", "tone 2", 2.0),
    ]


@pytest.mark.usefixtures("working")
async def test_a_diarization_service_that_is_busy_for_a_moment_is_asked_again(
    ada: Person, script: Script
) -> None:
    script.diarization_failures = 1
    answer = await send(ada, recording(1, 6, seconds=9, salt=12))
    assert answer.json()["statistics"]["speaker_count"] == 2


@pytest.mark.usefixtures("working")
async def test_without_diarization_there_is_a_transcript_that_says_so(ada: Person, script: Script) -> None:
    script.turns = None
    told = (await send(ada, recording(3, seconds=7))).json()
    assert await transcript(ada, told["session_id"]) == [("unknown", "tone 3", 3.0)]
    result = (await ended(ada, told["task_id"]))["result"]
    assert isinstance(result, dict)
    assert (result["diarization"], result["diarization_error"]) == ("failed", "upstream-refused")
    assert result["speaker_count"] == 0


@pytest.mark.usefixtures("working")
async def test_the_same_recording_is_transcribed_once_unless_that_is_wanted(
    ada: Person, bob: Person, script: Script
) -> None:
    file = recording(1, seconds=4, salt=4)
    first = (await send(ada, file)).json()
    script.asked.clear()
    again = (await send(ada, file)).json()
    assert (again["task_id"], again["known"]) == (first["task_id"], True)
    assert script.asked == []
    for other in (
        await send(ada, file, force="true"),
        await send(ada, file, diarize="false"),
        await send(bob, file),
    ):
        assert other.json()["task_id"] != first["task_id"]
        assert other.json()["known"] is False


@pytest.mark.usefixtures("working")
async def test_a_service_that_is_busy_for_a_moment_costs_nothing(ada: Person, script: Script) -> None:
    script.failures = 2
    told = (await send(ada, recording(1, seconds=5, salt=5))).json()
    assert told["status"] == "completed"


@pytest.mark.usefixtures("working")
async def test_a_recording_that_is_refused_fails_alone_and_keeps_its_audio(
    ada: Person, script: Script
) -> None:
    script.refuses = True
    told = (await send(ada, recording(1, seconds=5, salt=6))).json()
    assert (told["status"], told["success"]) == ("failed", False)
    session = (await ada.get(f"/api/v1/sessions/{told['session_id']}")).json()
    assert session["status"] == "failed"
    script.refuses = False
    answer = await ada.send("POST", f"/api/v2/sessions/{told['session_id']}/retranscribe")
    assert answer.status_code == 202, answer.text
    assert (await ended(ada, answer.json()["task_id"]))["status"] == "success"
    assert await transcript(ada, told["session_id"]) == [("Speaker 1", "tone 1", 1.0)]
    session = (await ada.get(f"/api/v1/sessions/{told['session_id']}")).json()
    assert session["status"] == "completed"


@pytest.mark.usefixtures("working")
async def test_transcribing_again_is_a_version_and_a_failure_changes_nothing(
    ada: Person, script: Script
) -> None:
    told = (await send(ada, recording(1, seconds=5, salt=7))).json()
    before = await transcript(ada, told["session_id"])
    script.refuses = True
    failed = (await ada.send("POST", f"/api/v1/sessions/{told['session_id']}/retranscribe")).json()
    assert (await ended(ada, failed["task_id"]))["status"] == "failed"
    assert await transcript(ada, told["session_id"]) == before
    script.refuses = False
    again = await ada.send("POST", f"/api/v1/sessions/{told['session_id']}/retranscribe?diarize=false")
    assert (await ended(ada, again.json()["task_id"]))["status"] == "success"
    assert await transcript(ada, told["session_id"]) == [("unknown", "tone 1", 1.0)]
    versions = (await ada.get("/api/v1/transcriptions", session_id=told["session_id"])).json()
    assert len(versions) == 2


@pytest.mark.usefixtures("working")
async def test_a_task_that_is_cancelled_stops(ada: Person, script: Script) -> None:
    script.let.clear()
    told = (await send(ada, recording(1, seconds=5, salt=8), prefer="respond-async")).json()
    await until(lambda: bool(script.asked), within_seconds=60)
    answer = await ada.send("DELETE", f"/api/v2/tasks/{told['task_id']}")
    assert answer.status_code == 200
    script.let.set()
    assert (await ended(ada, told["task_id"]))["status"] == "cancelled"
    session = (await ada.get(f"/api/v1/sessions/{told['session_id']}")).json()
    assert session["status"] == "cancelled"
    assert (await ada.get("/api/v1/transcriptions", session_id=told["session_id"])).json() == []


async def test_what_is_no_recording_is_refused_and_leaves_nothing(ada: Person, servers: Servers) -> None:
    with psycopg.connect(servers.database_admin_url) as admin:
        query = "select count(*) from public.recording_sessions where user_id = %s"
        for file, code in ((b"not audio at all", "not-audio"), (b"", "not-audio")):
            answer = await send(ada, file)
            assert (answer.status_code, answer.json()["code"]) == (415, code), answer.text
        answer = await send(ada, recording(1, seconds=2), num_speakers="0")
        assert answer.status_code == 422
        answer = await send(ada, recording(1, seconds=2), form={"num_speakers": "many"})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
        assert admin.execute(query, [ada.id]).fetchone() == (0,)
    answer = await ada.api.post(BATCH, files={"audio_file": ("a.wav", b"x")})
    assert answer.status_code == 401


@pytest.mark.usefixtures("working")
async def test_connections_that_the_database_ends_lose_no_job(
    ada: Person, script: Script, servers: Servers
) -> None:
    script.let.clear()
    told = (await send(ada, recording(1, seconds=5, salt=11), prefer="respond-async")).json()
    await until(lambda: bool(script.asked), within_seconds=60)
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'intrascribe_api'"
        )
    script.let.set()
    assert (await ended(ada, told["task_id"]))["status"] == "success"
    assert len((await ada.get("/api/v1/transcriptions", session_id=told["session_id"])).json()) == 1


@pytest.mark.usefixtures("working", "script")
async def test_a_file_that_was_uploaded_before_is_transcribed_without_being_sent_again(
    ada: Person, bob: Person
) -> None:
    session = await ada.new_session()
    form = {"file": ("talk.wav", recording(1, seconds=4, salt=13), "audio/wav")}
    sent = await ada.api.post(
        "/api/v1/audio/upload", files=form, data={"session_id": session["id"]}, headers=ada.headers
    )
    assert sent.status_code == 200, sent.text
    [file] = (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json()
    named = {"session_id": session["id"], "audio_file_id": file["id"]}
    answer = await ada.api.post(BATCH, params=named, headers=ada.headers, timeout=60)
    assert (answer.status_code, answer.json()["session_id"]) == (200, session["id"])
    assert [text for _, text, _ in await transcript(ada, session["id"])] == ["tone 1"]

    refused = await bob.api.post(BATCH, params=named, headers=bob.headers)
    assert refused.json()["code"] == "session-not-found"
    again = await ada.api.post(BATCH, params=named, headers=ada.headers, timeout=60)
    assert (again.json()["known"], again.json()["task_id"]) == (True, answer.json()["task_id"])
    forced = await ada.api.post(BATCH, params=named | {"force": "true"}, headers=ada.headers, timeout=60)
    assert forced.json()["known"] is False
    half = await ada.api.post(BATCH, params={"session_id": session["id"]}, headers=ada.headers)
    assert half.status_code == 422
    gone = await ada.api.post(BATCH, params=named | {"audio_file_id": ada.id}, headers=ada.headers)
    assert gone.json()["code"] == "audio-file-not-found"


@pytest.mark.usefixtures("working", "script")
async def test_the_same_recording_sent_twice_at_once_is_transcribed_once(ada: Person) -> None:
    file = recording(1, seconds=4, salt=14)
    told = await asyncio.gather(*(send(ada, file) for _ in range(3)))
    assert len({each.json()["task_id"] for each in told}) == 1
    assert sorted(each.json()["known"] for each in told) == [False, True, True]


@pytest.mark.usefixtures("working", "script")
async def test_a_recording_that_was_deleted_is_transcribed_again(ada: Person) -> None:
    file = recording(1, seconds=4, salt=15)
    first = (await send(ada, file)).json()
    files = f"/api/v1/sessions/{first['session_id']}/audio_files"
    [kept] = (await ada.get(files)).json()
    assert (await ada.send("DELETE", f"{files}/{kept['id']}")).status_code == 200
    again = (await send(ada, file)).json()
    assert (again["known"], again["status"]) == (False, "completed")


async def test_more_channels_than_can_be_taken_apart_are_refused_as_speakers(ada: Person) -> None:
    file = recording(1, seconds=12, channels=9)
    answer = await send(ada, file, channels_as_speakers="true")
    assert (answer.status_code, answer.json()["code"]) == (400, "too-many-channels"), answer.text


async def test_a_recording_too_long_to_tell_anybody_apart_is_taken_and_says_so(settings: ApiSettings) -> None:
    changes = {"diarization_service_url": "http://127.0.0.1:9", "diarization_max_seconds": 3}
    async with LifespanManager(create_app(settings.model_copy(update=changes))) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
            ada = await sign_in(api, "ada")
            for seconds, notice in ((2, None), (4, "too-long-for-speakers")):
                answer = await send(ada, recording(1, seconds=seconds), prefer="respond-async")
                assert (answer.status_code, answer.json()["notice"]) == (202, notice), answer.text
            unsearched = await send(ada, recording(1, seconds=4), diarize="false", prefer="respond-async")
            assert unsearched.json()["notice"] is None

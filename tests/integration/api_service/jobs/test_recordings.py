"""What agents left of a meeting becomes files to play, when the meeting is over."""

import asyncio
import io
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import av
import numpy as np
import psycopg
import pytest

from api_service.database import Database
from api_service.recordings.late import LateRecordings
from api_service.settings import ApiSettings
from shared.audio import SAMPLE_RATE, Pcm
from shared.contracts.recordings import LATE_FOLDER, ChunkName, folder, late_key
from shared.storage import Storage, open_storage
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.requests import ended, step
from tests.servers import Servers

pytestmark = pytest.mark.integration


def chunk_file(audio: Pcm) -> bytes:
    """As agents write them."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as output:
        track = output.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(audio.samples[np.newaxis]), "s16", "mono")
        frame.sample_rate = SAMPLE_RATE
        output.mux(track.encode(frame))
        output.mux(track.encode(None))
    return file.getvalue()


async def leave(
    storage: Storage,
    session_id: str,
    who: str,
    start: float,
    seconds: float,
    *,
    track: str = "TR_1",
    loud: float = 0.3,
) -> None:
    """A tone of somebody in a place of the session."""
    tone = Pcm.from_floats((loud * np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.3)).astype(np.float32))

    async def content() -> AsyncIterator[bytes]:
        yield chunk_file(tone)

    name = ChunkName(UUID(session_id), who, track, round(start * 1000))
    await storage.put(name.key, content())


def meet(servers: Servers, session_id: str, *, status: str) -> None:
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        admin.execute(
            "update public.recording_sessions"
            " set status = %s, started_at = now() - interval '1 minute' where id = %s",
            [status, session_id],
        )


def newest_job(servers: Servers, session_id: str) -> str:
    with psycopg.connect(servers.database_admin_url) as admin:
        query = """
            select id from public.jobs where session_id = %s and kind = 'join_recording'
            order by created_at desc
        """
        row = admin.execute(query, [session_id]).fetchone()
    assert row
    return str(row[0])


async def joined(person: Person, servers: Servers, session_id: str) -> dict[str, object]:
    return {**await ended(person, newest_job(servers, session_id))}


@pytest.mark.usefixtures("working")
async def test_a_meeting_is_played_as_a_whole_and_voice_by_voice(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session = await ada.new_session()
    storage = open_storage(settings)
    await leave(storage, session["id"], "ann", 2.0, 3.0)
    await leave(storage, session["id"], "bob", 6.0, 2.0)
    meet(servers, session["id"], status="recording")
    meet(servers, session["id"], status="completed")
    task = await joined(ada, servers, session["id"])
    assert task["status"] == "success", task
    files = (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json()
    assert [(file["kind"], file["participant_identity"]) for file in files[:1]] == [("mix", None)]
    assert {file["participant_identity"] for file in files[1:]} == {"ann", "bob"}
    assert all(file["duration_seconds"] == pytest.approx(8, abs=0.05) for file in files)
    part = await ada.api.get(files[0]["public_url"], headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    whole = await ada.api.get(files[0]["public_url"])
    assert loud_seconds(whole.content) == {2, 3, 4, 6, 7}

    # Somebody comes back: the recording is made anew, of all that there is.
    await leave(storage, session["id"], "ann", 700.0, 1.0)
    meet(servers, session["id"], status="recording")
    meet(servers, session["id"], status="completed")
    await joined(ada, servers, session["id"])
    again = (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json()
    assert len(again) == 3
    assert again[0]["duration_seconds"] == pytest.approx(701, abs=0.05)
    whole = await ada.api.get(again[0]["public_url"])
    assert loud_seconds(whole.content) == {2, 3, 4, 6, 7, 700}


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("status", ["archived", "cancelled"])
async def test_a_recording_is_kept_however_its_meeting_ends(
    ada: Person, servers: Servers, settings: ApiSettings, status: str
) -> None:
    session = await ada.new_session()
    storage = open_storage(settings)
    await leave(storage, session["id"], "ann", 0.0, 2.0)
    meet(servers, session["id"], status="recording")
    ended = await ada.send("PUT", f"/api/v1/sessions/{session['id']}", {"status": status})
    assert ended.json()["status"] == status, ended.text
    assert (await joined(ada, servers, session["id"]))["status"] == "success"
    mix, voice = (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json()
    assert (mix["kind"], voice["participant_identity"]) == ("mix", "ann")


@pytest.mark.usefixtures("working")
async def test_two_tracks_of_one_person_are_heard_together_and_an_unreadable_chunk_is_silence(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session = await ada.new_session()
    storage = open_storage(settings)
    await leave(storage, session["id"], "ann", 0.0, 10.0)
    await leave(storage, session["id"], "ann", 0.3, 10.0, track="TR_screen", loud=0.0)

    async def noise() -> AsyncIterator[bytes]:
        yield b"no audio"

    await storage.put(ChunkName(UUID(session["id"]), "ann", "TR_1", 20_000).key, noise())
    await leave(storage, session["id"], "ann", 30.0, 1.0)
    meet(servers, session["id"], status="recording")
    meet(servers, session["id"], status="completed")
    assert (await joined(ada, servers, session["id"]))["status"] == "success"
    mix, *alone = (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json()
    assert len(alone) == 1
    for file in (mix, *alone):
        content = (await ada.api.get(file["public_url"])).content
        assert loud_seconds(content) == {*range(10), 30}


@pytest.mark.usefixtures("working")
async def test_who_ends_a_joining_while_files_are_written_ends_nothing_else(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session = await ada.new_session()
    storage = open_storage(settings)
    await leave(storage, session["id"], "ann", 0.0, 1.0)
    # So much silence takes a thread some seconds.
    await leave(storage, session["id"], "ann", 8 * 3600.0, 1.0)
    meet(servers, session["id"], status="recording")
    meet(servers, session["id"], status="completed")
    task = newest_job(servers, session["id"])
    await step(ada, task, "joining_audio")
    assert (await ada.send("DELETE", f"/api/v2/tasks/{task}")).status_code == 200

    other = await ada.new_session()
    await leave(storage, other["id"], "ann", 0.0, 1.0)
    meet(servers, other["id"], status="recording")
    meet(servers, other["id"], status="completed")
    assert (await joined(ada, servers, other["id"]))["status"] == "success"
    assert (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json() == []


async def test_a_recording_is_joined_again_when_chunks_come_late(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session = await ada.new_session()
    storage = open_storage(settings)
    meet(servers, session["id"], status="archived")
    for said in (session["id"], "no session", "00000000-0000-4000-8000-000000000000"):
        await storage.put(LATE_FOLDER + said, nothing())
    database = Database(servers.database_url, connections=2)
    await database.open()
    late = LateRecordings(database, storage)
    await late.look()
    await storage.put(late_key(UUID(session["id"])), nothing())
    await late.look()
    await database.close()
    assert [key async for key in storage.keys(LATE_FOLDER)] == []
    with psycopg.connect(servers.database_admin_url) as admin:
        query = "select count(*) from public.jobs where session_id = %s and kind = 'join_recording'"
        assert admin.execute(query, [session["id"]]).fetchone() == (1,)


async def test_a_late_chunk_of_a_session_that_is_gone_is_removed(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    there, gone = (await ada.new_session())["id"], str(uuid4())
    storage = open_storage(settings)
    for session_id in (there, gone):
        await leave(storage, session_id, "ann", 0.0, 1.0)
        await storage.put(late_key(UUID(session_id)), nothing())
    database = Database(servers.database_url, connections=1)
    await database.open()
    await LateRecordings(database, storage).look()
    await database.close()
    assert len([key async for key in storage.keys(folder(UUID(there)))]) == 1
    assert [key async for key in storage.keys(folder(UUID(gone)))] == []
    assert [key async for key in storage.keys(LATE_FOLDER)] == []


async def nothing() -> AsyncIterator[bytes]:
    yield b""


@pytest.mark.usefixtures("working")
async def test_a_meeting_without_a_recording_has_no_files(ada: Person, servers: Servers) -> None:
    session = await ada.new_session()
    meet(servers, session["id"], status="recording")
    meet(servers, session["id"], status="completed")
    task = await joined(ada, servers, session["id"])
    assert task["result"] == {"message": "Nothing was recorded", "files": 0}
    assert (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json() == []


async def test_chunks_go_with_their_session(ada: Person, servers: Servers, settings: ApiSettings) -> None:
    session = await ada.new_session()
    storage = open_storage(settings)
    await leave(storage, session["id"], "ann", 0.0, 1.0)
    meet(servers, session["id"], status="completed")
    assert (await ada.send("DELETE", f"/api/v1/sessions/{session['id']}")).status_code == 200
    async with asyncio.timeout(60):
        while [key async for key in storage.keys(folder(UUID(session["id"])))]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_whether_a_meeting_is_recorded_is_for_its_owner_to_say(ada: Person) -> None:
    answer = await ada.post("/api/v1/sessions", {"title": "Quiet", "record": False})
    assert answer.json()["record"] is False
    path = f"/api/v1/sessions/{answer.json()['id']}"
    assert (await ada.send("PUT", path, {"record": True})).json()["record"] is True
    assert (await ada.send("PUT", path, {"title": "Loud"})).json()["record"] is True


def loud_seconds(file: bytes) -> set[int]:
    with av.open(io.BytesIO(file), "r") as played:
        rate = played.streams.audio[0].rate
        samples = np.concatenate([frame.to_ndarray()[0] for frame in played.decode(audio=0)])
    return {
        second
        for second in range(len(samples) // rate)
        if np.abs(samples[second * rate : (second + 1) * rate]).mean() > 0.1
    }

"""A meeting that was recorded is heard again when it is over."""

import json

import psycopg
import pytest

from api_service.settings import ApiSettings
from shared.contracts.diarization import SpeakerTurn
from shared.storage import open_storage
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.requests import Task, ended, transcript
from tests.integration.api_service.jobs.services import Script
from tests.integration.api_service.jobs.test_recordings import leave, meet
from tests.servers import Servers

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("working")]


def identity(person: Person, tab: int = 1) -> str:
    return f"intrascribe_user_{person.id}_{tab}"


def caption(servers: Servers, session_id: str, who: str, name: str, *said: tuple[str, str, float]) -> None:
    """Store finals of somebody: the id, the text and the second in which each is."""
    captions = [
        {
            "session_id": session_id,
            "segment_id": segment_id,
            "revision": 2,
            "final": True,
            "text": text,
            "start": start,
            "end": start + 1,
            "language": "en",
            "participant_identity": who,
            "participant_name": name,
            "track_sid": "TR_1",
        }
        for segment_id, text, start in said
    ]
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        admin.execute("select internal.store_captions(%s::jsonb)", [json.dumps(captions)])


def turn(start: float, end: float, label: str) -> SpeakerTurn:
    return SpeakerTurn(start_time=start, end_time=end, speaker_label=label, duration=end - start)


async def second_pass(person: Person, servers: Servers, session_id: str) -> Task:
    """Hear the meeting again at once; by itself that begins when its recording has been joined."""
    query = """
        insert into public.jobs (user_id, session_id, kind, priority) values (%s, %s, 'second_pass', 'low')
        returning id
    """
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        row = admin.execute(query, [person.id, session_id]).fetchone()
        assert row
        admin.execute("select internal.queue_job(%s)", row)
    return await ended(person, str(row[0]))


def newest_job(servers: Servers, session_id: str, kind: str) -> str:
    query = "select id from public.jobs where session_id = %s and kind = %s order by created_at desc limit 1"
    with psycopg.connect(servers.database_admin_url) as admin:
        row = admin.execute(query, [session_id, kind]).fetchone()
    assert row, kind
    return str(row[0])


async def segments(person: Person, session_id: str) -> dict[str, dict[str, object]]:
    answer = await person.get(f"/api/v1/sessions/{session_id}/transcript")
    return {each["segment_id"]: each for each in answer.json()["segments"]}


async def held(ada: Person, servers: Servers, settings: ApiSettings) -> str:
    """A meeting in which Ada said something in the seconds 2, 3 and 4, and was captioned otherwise."""
    session_id = (await ada.new_session())["id"]
    meet(servers, session_id, status="recording")
    await leave(open_storage(settings), session_id, identity(ada), 2.0, 3.0)
    said = [("s-2", "bone", 2.0), ("s-3", "tune", 3.0), ("s-9", "noise", 1.0), ("s-30", "unheard", 30.0)]
    caption(servers, session_id, identity(ada), "Ada", *said)
    return session_id


@pytest.mark.usefixtures("script")
async def test_words_are_corrected_under_their_ids_and_what_nobody_can_hear_again_stays(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session_id = await held(ada, servers, settings)
    meet(servers, session_id, status="completed")
    await ended(ada, newest_job(servers, session_id, "join_recording"))
    task = await ended(ada, newest_job(servers, session_id, "second_pass"))
    assert task["status"] == "success", task
    assert await transcript(ada, session_id) == [
        ("Ada", "noise", 1.0),
        ("Ada", "tone 2", 2.0),
        ("Ada", "tone 3", 3.0),
        ("Ada", "tone 4", 4.0),
        ("Ada", "unheard", 30.0),
    ]
    found = await segments(ada, session_id)
    assert [found[each]["text"] for each in ("s-2", "s-3")] == ["tone 2", "tone 3"]
    assert found["s-2"]["revision"] == 3
    assert isinstance(task["result"], dict)
    assert task["result"]["total_segments"] == 5
    assert task["result"]["diarization"] == "not-wanted"
    history = (await ada.get(f"/api/v1/sessions/{session_id}/transcript/segments/s-2/history")).json()
    assert [each["text"] for each in history["revisions"]] == ["tone 2", "bone"]


@pytest.mark.usefixtures("script")
async def test_what_people_wrote_wins(ada: Person, servers: Servers, settings: ApiSettings) -> None:
    session_id = await held(ada, servers, settings)
    change = {"text": "What I meant"}
    answer = await ada.send("PATCH", f"/api/v1/sessions/{session_id}/transcript/segments/s-3", change)
    assert answer.status_code == 200, answer.text
    assert (await second_pass(ada, servers, session_id))["status"] == "success"
    texts = [text for _, text, _ in await transcript(ada, session_id)]
    assert texts == ["noise", "tone 2", "What I meant", "tone 4", "unheard"]


@pytest.mark.usefixtures("script")
async def test_the_transcript_as_it_was_can_be_restored(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session_id = await held(ada, servers, settings)
    assert (await second_pass(ada, servers, session_id))["status"] == "success"
    versions = (await ada.get(f"/api/v1/sessions/{session_id}/transcriptions")).json()
    first = next(each for each in versions if each["source"] == "first_pass")
    assert [each["is_current"] for each in versions if each["source"] == "live"] == [True]
    restored = await ada.post(f"/api/v1/sessions/{session_id}/transcriptions/{first['id']}/restore", {})
    assert restored.status_code == 200, restored.text
    assert [text for _, text, _ in await transcript(ada, session_id)] == ["noise", "bone", "tune", "unheard"]


@pytest.mark.usefixtures("script")
async def test_only_its_owner_restores_a_version_and_only_a_complete_one(
    ada: Person, bob: Person, servers: Servers, settings: ApiSettings
) -> None:
    session_id = await held(ada, servers, settings)
    [version] = (await ada.get(f"/api/v1/sessions/{session_id}/transcriptions")).json()
    path = f"/api/v1/sessions/{session_id}/transcriptions/{version['id']}/restore"
    answer = await ada.post(path, {})
    assert (answer.status_code, answer.json()["code"]) == (409, "transcript-unfinished")
    assert (await bob.post(path, {})).json()["code"] == "session-not-found"
    other = (await bob.new_session())["id"]
    elsewhere = await bob.post(path.replace(session_id, other), {})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "transcript-not-found")


async def test_a_shared_microphone_is_told_apart_and_each_voice_renamed(
    ada: Person, servers: Servers, settings: ApiSettings, script: Script
) -> None:
    session_id = await held(ada, servers, settings)
    meet(servers, session_id, status="completed")
    await ended(ada, newest_job(servers, session_id, "join_recording"))
    script.turns = [turn(2.0, 3.0, "SPEAKER_01"), turn(3.0, 5.0, "SPEAKER_00")]
    marked = await ada.send(
        "PUT", f"/api/v2/sessions/{session_id}/microphones/{identity(ada)}", {"shared": True}
    )
    assert marked.status_code == 200, marked.text
    task = await ended(ada, marked.json()["task_id"])
    assert task["status"] == "success", task
    assert [who for who, _, _ in await transcript(ada, session_id)] == [
        *("Ada", "Ada - Speaker 1", "Ada - Speaker 2", "Ada - Speaker 2", "Ada")
    ]
    names = {"oldSpeaker": "Ada - Speaker 2", "newSpeaker": "Grace"}
    renamed = await ada.post(f"/api/v1/sessions/{session_id}/rename-speaker", names)
    assert renamed.status_code == 200, renamed.text

    # Heard once more the name stays, and a service that cannot tell them apart takes nothing away.
    again = await ada.post(f"/api/v2/sessions/{session_id}/retranscribe", {})
    assert (await ended(ada, again.json()["task_id"]))["status"] == "success"
    assert [who for who, _, _ in await transcript(ada, session_id)][2:4] == ["Grace", "Grace"]
    script.turns = None
    again = await ada.post(f"/api/v2/sessions/{session_id}/retranscribe", {})
    task = await ended(ada, again.json()["task_id"])
    assert isinstance(task["result"], dict)
    assert task["result"]["diarization"] == "failed"
    assert [who for who, _, _ in await transcript(ada, session_id)][1:4] == [
        *("Ada - Speaker 1", "Grace", "Grace")
    ]


async def test_a_microphone_that_was_shared_on_two_days_is_searched_without_the_days_between(
    ada: Person, servers: Servers, settings: ApiSettings, script: Script
) -> None:
    day = 86_400.0
    session_id = (await ada.new_session())["id"]
    meet(servers, session_id, status="recording")
    storage = open_storage(settings)
    await leave(storage, session_id, identity(ada), day, 2.0)
    await leave(storage, session_id, identity(ada), 2 * day, 2.0)
    path = f"/api/v2/sessions/{session_id}/microphones/{identity(ada)}"
    assert (await ada.send("PUT", path, {"shared": True})).status_code == 200
    # Each day ends with a window of half a minute, and a joint of two seconds is between them.
    script.turns = [turn(0, 1, "SPEAKER_00"), turn(1, 31, "SPEAKER_01"), turn(31, 60, "SPEAKER_00")]
    assert (await second_pass(ada, servers, session_id))["status"] == "success"
    assert script.diarized_seconds == 34
    assert await transcript(ada, session_id) == [
        ("Ada - Speaker 1", "tone 0", day),
        ("Ada - Speaker 2", "tone 0", day + 1),
        ("Ada - Speaker 1", "tone 0", 2 * day),
        ("Ada - Speaker 1", "tone 1", 2 * day + 1),
    ]


async def test_a_shared_microphone_of_too_long_a_meeting_is_heard_as_one_voice(
    ada: Person, servers: Servers, settings: ApiSettings, script: Script
) -> None:
    session_id = (await ada.new_session())["id"]
    meet(servers, session_id, status="recording")
    await leave(open_storage(settings), session_id, identity(ada), 2.0, 2.0)
    path = f"/api/v2/sessions/{session_id}/microphones/{identity(ada)}"
    assert (await ada.send("PUT", path, {"shared": True})).status_code == 200
    script.refuses_length = True
    task = await second_pass(ada, servers, session_id)
    assert isinstance(task["result"], dict)
    assert (task["status"], task["result"]["diarization"]) == ("success", "too-long")
    assert await transcript(ada, session_id) == [("Ada", "tone 2", 2.0), ("Ada", "tone 3", 3.0)]


@pytest.mark.usefixtures("script")
async def test_a_meeting_that_nobody_could_caption_is_transcribed_from_its_recording(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session_id = (await ada.new_session())["id"]
    meet(servers, session_id, status="recording")
    await leave(open_storage(settings), session_id, identity(ada), 0.0, 2.0)
    assert (await second_pass(ada, servers, session_id))["status"] == "success"
    assert await transcript(ada, session_id) == [("Ada", "tone 0", 0.0), ("Ada", "tone 1", 1.0)]


@pytest.mark.usefixtures("script")
async def test_files_are_named_after_people_captioned_or_not_and_told_apart_or_not(
    ada: Person, bob: Person, servers: Servers, settings: ApiSettings
) -> None:
    session = await ada.new_session()
    joined = await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    assert joined.status_code == 200, joined.text
    meet(servers, session["id"], status="recording")
    for who in (ada, bob):
        await leave(open_storage(settings), session["id"], identity(who), 1.0, 1.0)
    caption(servers, session["id"], identity(ada), "Ada - Speaker 2", ("s-1", "one", 1.0))
    meet(servers, session["id"], status="completed")
    await ended(ada, newest_job(servers, session["id"], "join_recording"))
    files = (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json()
    assert {file["participant_name"] for file in files if file["kind"] == "participant"} == {"Ada", "Bob"}
    assert {file["original_filename"] for file in files} == {"meeting.m4a", "Ada.m4a", "Bob.m4a"}


@pytest.mark.usefixtures("script")
async def test_words_that_come_after_it_are_heard_again_and_not_written_twice(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session_id = (await ada.new_session())["id"]
    meet(servers, session_id, status="recording")
    await leave(open_storage(settings), session_id, identity(ada), 2.0, 2.0)
    caption(servers, session_id, identity(ada), "Ada", ("s-2", "bone", 2.0))
    meet(servers, session_id, status="completed")
    await ended(ada, newest_job(servers, session_id, "join_recording"))
    first = newest_job(servers, session_id, "second_pass")
    await ended(ada, first)
    heard = [("Ada", "tone 2", 2.0), ("Ada", "tone 3", 3.0)]
    assert await transcript(ada, session_id) == heard
    late = ("s-3", "tone 3", 3.0)
    caption(servers, session_id, identity(ada), "Ada", late)
    caption(servers, session_id, identity(ada), "Ada", late, ("s-2", "bone", 2.0))
    again = newest_job(servers, session_id, "second_pass")
    assert again != first
    assert (await ended(ada, again))["status"] == "success"
    assert await transcript(ada, session_id) == heard
    caption(servers, session_id, identity(ada), "Ada", late)
    assert newest_job(servers, session_id, "second_pass") == again


@pytest.mark.usefixtures("script")
async def test_words_that_come_while_it_is_heard_again_are_heard_once_more(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session_id = await held(ada, servers, settings)
    meet(servers, session_id, status="completed")
    await ended(ada, newest_job(servers, session_id, "join_recording"))
    await ended(ada, newest_job(servers, session_id, "second_pass"))
    query = """
        with heard as (update public.transcriptions set second_pass_at = null where session_id = %s)
        insert into public.jobs (user_id, session_id, kind, status) values (%s, %s, 'second_pass', 'started')
        returning id
    """
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        begun = admin.execute(query, [session_id, ada.id, session_id]).fetchone()
    caption(servers, session_id, identity(ada), "Ada", ("s-4", "tone 4", 4.0))
    caption(servers, session_id, identity(ada), "Ada", ("s-5", "nothing", 40.0))
    again = newest_job(servers, session_id, "second_pass")
    assert begun
    assert again != str(begun[0])
    assert (await ended(ada, again))["status"] == "success"
    texts = [text for _, text, _ in await transcript(ada, session_id)]
    assert texts == ["noise", "tone 2", "tone 3", "tone 4", "unheard", "nothing"]


@pytest.mark.usefixtures("script")
async def test_words_of_a_meeting_that_goes_on_wait_for_its_end(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    session_id = await held(ada, servers, settings)
    meet(servers, session_id, status="completed")
    await ended(ada, newest_job(servers, session_id, "join_recording"))
    first = newest_job(servers, session_id, "second_pass")
    await ended(ada, first)
    meet(servers, session_id, status="recording")
    caption(servers, session_id, identity(ada), "Ada", ("s-60", "back", 60.0))
    assert newest_job(servers, session_id, "second_pass") == first


async def test_a_failed_second_pass_leaves_everything_as_it_was(
    ada: Person, servers: Servers, settings: ApiSettings, script: Script
) -> None:
    session_id = await held(ada, servers, settings)
    script.refuses = True
    task = await second_pass(ada, servers, session_id)
    assert task["status"] == "failed", task
    assert [text for _, text, _ in await transcript(ada, session_id)] == ["noise", "bone", "tune", "unheard"]


async def test_only_the_owner_and_the_member_mark_a_microphone(ada: Person, bob: Person) -> None:
    session = await ada.new_session()
    path = f"/api/v2/sessions/{session['id']}/microphones"
    assert (await bob.send("PUT", f"{path}/{ada.id}", {"shared": True})).status_code == 404
    joined = await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    assert joined.status_code == 200, joined.text
    denied = await bob.send("PUT", f"{path}/{ada.id}", {"shared": True})
    assert (denied.status_code, denied.json()["code"]) == (403, "not-your-microphone")
    own = await bob.send("PUT", f"{path}/{identity(bob)}", {"shared": True})
    assert (own.status_code, own.json()["task_id"]) == (200, None)
    assert (await ada.send("PUT", f"{path}/{bob.id}", {"shared": True})).status_code == 200
    listed = (await ada.get(path)).json()["microphones"]
    assert [(each["user_id"], each["shared"]) for each in listed] == [(ada.id, False), (bob.id, True)]
    for unknown in ("nobody", "00000000-0000-4000-8000-000000000000"):
        answer = await ada.send("PUT", f"{path}/{unknown}", {"shared": True})
        assert (answer.status_code, answer.json()["code"]) == (404, "member-not-found")

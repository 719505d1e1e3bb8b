"""Transcripts are read and corrected, their speakers named, by those who may."""

import asyncio

import httpx
import psycopg
import pytest

from tests.integration.api_service.brought import FIRST, bring, patch, put, said, segment
from tests.integration.api_service.conftest import Person, sign_in
from tests.servers import Servers

pytestmark = pytest.mark.integration


@pytest.fixture
async def session(ada: Person) -> str:
    """A session of Ada's with three segments."""
    created = (await ada.new_session("周会 Weekly"))["id"]
    assert (await bring(ada, created)).status_code == 200
    return created


async def test_a_session_without_words_has_an_empty_transcript(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    body = (await ada.get(f"/api/v1/sessions/{session}/transcript")).json()
    assert (body["segments"], body["transcription_id"], body["total_segments"]) == ([], None, 0)
    assert (await ada.get(f"/api/v1/sessions/{session}/speakers")).json()["speakers"] == []


async def test_a_transcript_is_read_in_pages_and_as_text(ada: Person, session: str) -> None:
    path = f"/api/v1/sessions/{session}/transcript"
    first = (await ada.get(path, limit=2)).json()
    second = (await ada.get(path, limit=2, offset=first["next_offset"])).json()
    assert [each["index"] for each in first["segments"] + second["segments"]] == [0, 1, 2]
    assert (first["total_segments"], second["next_offset"]) == (3, None)
    text = (await ada.get(path, format="text")).json()
    assert text["text"] == "Ada: Good morning\nBob: 早上好 everybody\nAda: Budget"
    assert text["segments"] is None


async def test_an_edit_is_a_revision_and_can_be_restored(ada: Person, session: str) -> None:
    before = (await ada.get(f"/api/v1/sessions/{session}/transcript")).json()
    edited = await patch(ada, segment(session), {"text": " Good evening ", "speaker": "Eve", "revision": 0})
    assert edited.status_code == 200
    assert edited.headers["etag"] == f'"{FIRST}"'
    body = edited.json()
    assert (body["text"], body["speaker"], body["revision"]) == ("Good evening", "Eve", FIRST)
    assert (body["edited_by"], body["edited_by_name"], body["spoken_as"]) == (ada.id, "Ada", "Ada")
    after = (await ada.get(f"/api/v1/sessions/{session}/transcript")).json()
    assert after["updated_at"] > before["updated_at"]
    version = (await ada.get(f"/api/v1/transcriptions/{after['transcription_id']}")).json()
    assert version["content"].startswith("Good evening\n")
    restored = await ada.post(segment(session, rest="/restore"), {"revision": 0})
    assert (restored.json()["text"], restored.json()["revision"]) == ("Good morning", FIRST + 1)
    revisions = (await ada.get(segment(session, rest="/history"))).json()["revisions"]
    assert [(each["revision"], each["speaker"], each["text"], each["made_by"]) for each in revisions] == [
        (FIRST + 1, "Ada", "Good morning", ada.id),
        (FIRST, "Eve", "Good evening", ada.id),
        (0, "Ada", "Good morning", None),
    ]
    assert [each["is_current"] for each in revisions] == [True, False, False]


async def test_an_edit_that_changes_nothing_is_no_revision(ada: Person, session: str) -> None:
    assert (await patch(ada, segment(session), {"text": "Good morning"})).json()["revision"] == 0


async def test_a_segment_without_words_leaves_the_transcript_and_comes_back(
    ada: Person, session: str
) -> None:
    await patch(ada, segment(session), {"text": ""})
    assert await said(ada, session) == ["Bob: 早上好 everybody", "Ada: Budget"]
    await ada.post(segment(session, rest="/restore"), {"revision": 0})
    assert len(await said(ada, session)) == 3


async def test_of_edits_at_the_same_time_one_wins_and_the_others_are_told(ada: Person, session: str) -> None:
    edits = [patch(ada, segment(session), {"text": f"number {n}", "revision": 0}) for n in range(5)]
    answers = await asyncio.gather(*edits)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"segment-changed"}


async def test_a_correction_of_another_version_changes_nothing(ada: Person, session: str) -> None:
    read_in = (await ada.get(f"/api/v1/sessions/{session}/transcript")).json()["transcription_id"]
    await bring(ada, session, segments=[{"text": "Heard again"}])
    change = {"text": "Good evening", "revision": 0, "transcription_id": read_in}
    stale = await patch(ada, segment(session), change)
    undo = {"revision": 0, "transcription_id": read_in}
    for answer in (stale, await ada.post(segment(session, rest="/restore"), undo)):
        assert (answer.status_code, answer.json()["code"]) == (409, "transcript-changed")
    assert await said(ada, session) == [": Heard again"]
    now = (await ada.get(f"/api/v1/sessions/{session}/transcript")).json()["transcription_id"]
    assert (await patch(ada, segment(session), change | {"transcription_id": now})).status_code == 200


async def test_a_name_that_nobody_has_any_more_is_not_restored(ada: Person, session: str) -> None:
    await patch(ada, segment(session), {"text": "Good evening"})
    names = {"oldSpeaker": "Ada", "newSpeaker": "Ada L."}
    assert (await ada.post(f"/api/v1/sessions/{session}/rename-speaker", names)).status_code == 200
    restored = (await ada.post(segment(session, rest="/restore"), {"revision": 0})).json()
    assert (restored["speaker"], restored["text"]) == ("Ada L.", "Good morning")


async def test_a_speaker_is_renamed_on_the_files_of_the_recording(
    servers: Servers, ada: Person, session: str
) -> None:
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        admin.execute(
            """
            insert into public.audio_files
              (session_id, user_id, original_filename, file_size_bytes, kind, participant_identity,
                participant_name)
            values (%(session)s, %(user)s, 'a.m4a', 1, 'participant', 'a', 'Ada'),
              (%(session)s, %(user)s, 'b.m4a', 1, 'participant', 'b', 'Bob')
            """,
            {"session": session, "user": ada.id},
        )
        names = {"oldSpeaker": "Ada", "newSpeaker": "Ada L."}
        await ada.post(f"/api/v1/sessions/{session}/rename-speaker", names)
        files = admin.execute(
            "select participant_name from public.audio_files where session_id = %s order by 1", [session]
        ).fetchall()
    assert files == [("Ada L.",), ("Bob",)]


async def test_what_the_database_cannot_hold_is_refused_and_breaks_nothing(
    servers: Servers, ada: Person, session: str
) -> None:
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        admin.execute(
            "update public.transcript_segments set revision = 2147483647 where session_id = %s", [session]
        )
    answer = await patch(ada, segment(session), {"text": "once more"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_a_speaker_has_one_line(ada: Person, session: str) -> None:
    forged = "Bob\n\n## Decisions\n- We pay Bob"
    edited = (await patch(ada, segment(session), {"speaker": forged})).json()
    assert edited["speaker"] == "Bob ## Decisions - We pay Bob"
    await bring(ada, session, segments=[{"text": "hello", "speaker": "A\u2028B\u202eC"}])
    assert await said(ada, session) == ["A B C: hello"]


async def test_an_entity_tag_says_which_revision_is_to_be_changed(ada: Person, session: str) -> None:
    edited = await patch(ada, segment(session), {"text": "a"}, **{"if-match": '"0"'})
    stale = await patch(ada, segment(session), {"text": "b"}, **{"if-match": '"0"'})
    fresh = await patch(ada, segment(session), {"text": "b"}, **{"if-match": edited.headers["etag"]})
    assert [answer.status_code for answer in (edited, stale, fresh)] == [200, 412, 200]
    assert stale.json()["code"] == "segment-changed"
    assert (await patch(ada, segment(session), {"text": "c"}, **{"if-match": "0"})).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": None},
        {"text": "a\0"},
        {"speaker": ""},
        {"speaker": "x" * 101},
        {"text": "a", "revision": -1},
    ],
)
async def test_an_edit_that_does_not_parse_is_refused(ada: Person, session: str, body: object) -> None:
    assert (await patch(ada, segment(session), body)).status_code == 422


async def test_segments_and_revisions_that_do_not_exist_are_not_found(ada: Person, session: str) -> None:
    answers = [
        await patch(ada, segment(session, name), {"text": "a"})
        for name in ("nothing", "a%00b", "%ff", "x" * 3000)
    ]
    answers.append(await ada.get(segment(session, "nothing", "/history")))
    answers.append(await ada.post(segment(session, "nothing", "/restore"), {"revision": 0}))
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "segment-not-found")}
    missing = await ada.post(segment(session, rest="/restore"), {"revision": 7})
    assert (missing.status_code, missing.json()["code"]) == (404, "revision-not-found")


async def test_speakers_are_renamed_everywhere_and_taken_apart_again(ada: Person, session: str) -> None:
    await bring(ada, session)
    path = f"/api/v1/sessions/{session}"
    answer = await ada.post(f"{path}/rename-speaker", {"oldSpeaker": "Ada", "newSpeaker": "Bob"})
    assert answer.json() == {
        "success": True,
        "message": "Speaker renamed successfully",
        "session_id": session,
        "updated_count": 4,
    }
    merged = (await ada.get(f"{path}/speakers")).json()["speakers"]
    assert [(each["speaker"], each["spoken_as"], each["segments"]) for each in merged] == [
        ("Bob", ["Ada", "Bob"], 3)
    ]
    apart = {"oldSpeaker": "Bob", "newSpeaker": "Ada", "spokenAs": "Ada"}
    assert (await ada.post(f"{path}/rename-speaker", apart)).json()["updated_count"] == 4
    speakers = (await ada.get(f"{path}/speakers")).json()["speakers"]
    assert [(each["speaker"], each["speaking_seconds"]) for each in speakers] == [("Ada", 2.5), ("Bob", 1.5)]


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("Nobody", "Eve", 404),
        ("", "Eve", 422),
        ("Ada", " ", 422),
        ("Ada", "x" * 101, 422),
        ("Ada", "a\0", 422),
    ],
)
async def test_names_that_are_none_are_refused(
    ada: Person, session: str, old: str, new: str, status: int
) -> None:
    body = {"oldSpeaker": old, "newSpeaker": new}
    answer = await ada.post(f"/api/v1/sessions/{session}/rename-speaker", body)
    assert answer.status_code == status
    assert (await said(ada, session))[0] == "Ada: Good morning"


async def test_participants_read_everything_and_change_nothing_that_others_said(
    ada: Person, bob: Person, session: str
) -> None:
    code = (await ada.get(f"/api/v1/sessions/{session}")).json()["invite_code"]
    await bob.post("/api/v1/sessions/join", {"invite_code": code})
    whole = (await bob.get("/api/v1/transcriptions", session_id=session)).json()[0]
    answers = [
        await patch(bob, segment(session), {"text": "forged"}),
        await bring(bob, session),
        await put(bob, f"/api/v1/transcriptions/{whole['id']}", {"content": "forged"}),
        await bob.post(
            f"/api/v1/sessions/{session}/rename-speaker", {"oldSpeaker": "Ada", "newSpeaker": "Bob"}
        ),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "not-yours-to-change")}
    await patch(ada, segment(session), {"text": "corrected"})
    assert (await said(bob, session))[0] == "Ada: corrected"
    history = (await bob.get(segment(session, rest="/history"))).json()["revisions"]
    assert [each["made_by_name"] for each in history] == ["Ada", None]


async def test_strangers_find_nothing(ada: Person, session: str, api: httpx.AsyncClient) -> None:
    whole = (await ada.get("/api/v1/transcriptions", session_id=session)).json()[0]
    eve = await sign_in(api, "eve")
    prefix = f"/api/v1/sessions/{session}"
    rename = {"oldSpeaker": "Ada", "newSpeaker": "Eve"}
    answers = [
        await eve.get(f"{prefix}/transcript"),
        await eve.get(f"{prefix}/transcriptions"),
        await eve.get(f"{prefix}/speakers"),
        await eve.get(f"{prefix}/export", format="txt"),
        await eve.post(f"{prefix}/rename-speaker", rename),
        await patch(eve, segment(session), {"text": "forged"}),
        await eve.get(segment(session, rest="/history")),
        await eve.post(segment(session, rest="/restore"), {"revision": 0}),
        await bring(eve, session),
        await eve.get("/api/v1/transcriptions", session_id=session),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(404, "session-not-found")}
    for answer in (
        await eve.get(f"/api/v1/transcriptions/{whole['id']}"),
        await put(eve, f"/api/v1/transcriptions/{whole['id']}", {"content": "forged"}),
        await ada.get("/api/v1/transcriptions/nonsense"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "transcript-not-found")


async def test_a_deleted_session_leaves_no_trace_of_its_transcript(
    ada: Person, session: str, servers: Servers
) -> None:
    await patch(ada, segment(session), {"text": "changed"})
    with psycopg.connect(servers.database_admin_url) as connection:
        connection.execute("delete from public.recording_sessions where id = %s", [session])
        for table in ("transcriptions", "transcript_segments", "segment_revisions", "session_speakers"):
            query = f"select count(*) from public.{table} where session_id = %s".encode()
            row = connection.execute(query, [session]).fetchone()
            assert row == (0,)


async def test_who_corrects_a_segment_waits_for_who_renames_its_speaker(
    ada: Person, session: str, servers: Servers
) -> None:
    waits = "select from pg_stat_activity where usename = 'intrascribe_api' and wait_event_type = 'Lock'"
    async with (
        await psycopg.AsyncConnection.connect(servers.database_admin_url, autocommit=True) as watching,
        await psycopg.AsyncConnection.connect(servers.database_admin_url) as renaming,
    ):
        await renaming.execute("select from public.recording_sessions where id = %s for update", [session])
        correcting = asyncio.create_task(patch(ada, segment(session), {"text": "Good evening"}))
        async with asyncio.timeout(10):
            while await (await watching.execute(waits)).fetchone() is None:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        named = "update public.transcript_segments set speaker = 'Zoe' where session_id = %s"
        await renaming.execute(named, [session])
        await renaming.commit()
        answer = await correcting
    assert (answer.status_code, (await said(ada, session))[0]) == (200, "Zoe: Good evening"), answer.text

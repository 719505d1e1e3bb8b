"""Transcripts that people bring along, read, correct and export."""

import asyncio
import io
import json

import httpx
import psycopg
import pytest
import webvtt
from docx import Document

from tests.integration.api_service.conftest import Person, sign_in
from tests.servers import Servers

pytestmark = pytest.mark.integration

SEGMENTS = [
    {
        "index": 0,
        "speaker": "Ada",
        "start_time": 0.0,
        "end_time": 1.5,
        "text": "Good morning",
        "is_final": True,
    },
    {"index": 1, "speaker": "Bob", "timestamp": "[00:00:02:000,00:00:03:500]", "text": "早上好 everybody"},
    {"index": 2, "speaker": "Ada", "start_time": 4, "end_time": 5, "text": "Budget", "confidence_score": 0.5},
]
FIRST = 1_000_001


async def bring(person: Person, session: str, **body: object) -> httpx.Response:
    wanted = {"session_id": session, "content": "", "segments": SEGMENTS, "language": "en"} | body
    return await person.post("/api/v1/transcriptions", wanted)


async def put(person: Person, path: str, body: object) -> httpx.Response:
    return await person.api.put(path, json=body, headers=person.headers)


async def patch(person: Person, path: str, body: object, **headers: str) -> httpx.Response:
    return await person.api.patch(path, json=body, headers=person.headers | headers)


async def said(person: Person, session: str) -> list[str]:
    body = (await person.get(f"/api/v1/sessions/{session}/transcript")).json()
    return [f"{each['speaker']}: {each['text']}" for each in body["segments"]]


@pytest.fixture
async def session(ada: Person) -> str:
    """A session of Ada's with three segments."""
    created = (await ada.new_session("周会 Weekly"))["id"]
    assert (await bring(ada, created)).status_code == 200
    return created


def segment(session: str, segment_id: str = "000001", rest: str = "") -> str:
    return f"/api/v1/sessions/{session}/transcript/segments/{segment_id}{rest}"


@pytest.mark.parametrize("path", ["/api/v1/transcriptions", "/api/v1/transcriptions/"])
@pytest.mark.parametrize("as_text", [False, True])
async def test_a_transcript_is_brought_along(ada: Person, path: str, as_text: bool) -> None:
    session = (await ada.new_session())["id"]
    body = {
        "session_id": f"intrascribe_room_{session}",
        "content": "ignored where there are segments",
        "language": "zh-CN",
        "segments": json.dumps(SEGMENTS) if as_text else SEGMENTS,
        "stt_model": "local_funasr",
        "word_count": 999,
    }
    answer = await ada.post(path, body)
    made = answer.json()
    assert answer.status_code == 200
    assert (made["session_id"], made["status"], made["source"]) == (session, "completed", "import")
    assert made["content"] == "Good morning\n早上好 everybody\nBudget"
    assert made["word_count"] == 7
    assert made["is_current"] is True
    times = [(each["index"], each["start_time"], each["end_time"]) for each in made["segments"]]
    assert times == [(0, 0.0, 1.5), (1, 2.0, 3.5), (2, 4.0, 5.0)]
    assert all(each["is_final"] for each in made["segments"])
    assert (await ada.get(f"/api/v1/transcriptions/{made['id']}")).json() == made
    listed = (await ada.get(path, session_id=session)).json()
    assert listed == [made | {"segments": None}]


async def test_text_alone_becomes_a_segment_for_each_line(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    made = (await bring(ada, session, content="one\n\ntwo", segments=[])).json()
    assert [each["text"] for each in made["segments"]] == ["one", "two"]


BAD_TRANSCRIPTS: dict[str, tuple[dict[str, object], int, str]] = {
    "no words": ({"segments": [], "content": " \n "}, 400, "empty-transcript"),
    "empty segments": ({"segments": [{"text": " "}]}, 400, "empty-transcript"),
    "segments that are no JSON": ({"segments": "["}, 422, "invalid-request"),
    "segments that are no list": ({"segments": '{"a": 1}'}, 422, "invalid-request"),
    "a segment without text": ({"segments": [{"speaker": "Ada"}]}, 422, "invalid-request"),
    "a time that is none": ({"segments": [{"text": "a", "timestamp": "[1,2]"}]}, 422, "invalid-request"),
    "a time before the start": ({"segments": [{"text": "a", "start_time": -1}]}, 422, "invalid-request"),
    "NUL": ({"segments": [{"text": "a\0"}]}, 422, "invalid-request"),
    "NUL in a speaker": ({"segments": [{"text": "a", "speaker": "\0"}]}, 422, "invalid-request"),
    "too sure": ({"confidence_score": 1.1}, 422, "invalid-request"),
    "a session of nobody": ({"session_id": "nonsense"}, 404, "session-not-found"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD_TRANSCRIPTS.values(), ids=BAD_TRANSCRIPTS)
async def test_what_is_no_transcript_is_refused(
    ada: Person, session: str, body: dict[str, object], status: int, code: str
) -> None:
    answer = await bring(ada, session, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len((await ada.get(f"/api/v1/sessions/{session}/transcriptions")).json()) == 1


async def test_the_newest_complete_version_is_the_current_one(ada: Person, session: str) -> None:
    second = (await bring(ada, session, segments=[{"text": "again"}])).json()
    versions = (await ada.get(f"/api/v1/sessions/{session}/transcriptions")).json()
    assert versions[0]["id"] == second["id"]
    assert [each["is_current"] for each in versions] == [True, False]
    assert await said(ada, session) == [": again"]


async def test_versions_that_arrive_together_leave_one_current(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    answers = await asyncio.gather(*(bring(ada, session) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    versions = (await ada.get(f"/api/v1/sessions/{session}/transcriptions")).json()
    assert sum(each["is_current"] for each in versions) == 1


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


async def test_replacing_a_transcript_keeps_ids_and_history(ada: Person, session: str) -> None:
    whole = (await ada.get("/api/v1/transcriptions", session_id=session)).json()[0]
    path = f"/api/v1/transcriptions/{whole['id']}"
    wanted = [
        {"segment_id": "000002", "text": "早上好", "speaker": "Bob"},
        {"text": "New", "speaker": "Eve", "start_time": 9, "end_time": 10},
    ]
    answer = await put(ada, path, {"segments": wanted})
    assert answer.status_code == 200
    assert answer.json()["content"] == "早上好\nNew"
    assert await said(ada, session) == ["Bob: 早上好", "Eve: New"]
    history = (await ada.get(segment(session, "000001", "/history"))).json()["revisions"]
    assert [each["text"] for each in history] == ["", "Good morning"]
    lines = await put(ada, path, {"content": "eins\nzwei"})
    assert lines.json()["segments"][0]["segment_id"] == "000002"
    assert await said(ada, session) == ["Bob: eins", "Eve: zwei"]
    assert (await put(ada, path, {"segments": []})).json()["code"] == "empty-transcript"
    assert (await put(ada, path, {})).status_code == 422


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


async def test_a_transcript_is_exported_in_every_form(ada: Person, session: str) -> None:
    path = f"/api/v1/sessions/{session}/export"
    answers = {form: await ada.get(path, format=form) for form in ("txt", "md", "srt", "vtt", "json", "docx")}
    assert {answer.status_code for answer in answers.values()} == {200}
    types = {form: answer.headers["content-type"].partition(";")[0] for form, answer in answers.items()}
    assert (types["vtt"], types["srt"], types["md"]) == ("text/vtt", "application/x-subrip", "text/markdown")
    assert answers["txt"].headers["content-disposition"] == (
        "attachment; filename=\"Weekly.txt\"; filename*=UTF-8''%E5%91%A8%E4%BC%9A%20Weekly.txt"
    )
    assert "[0:02] Bob: 早上好 everybody" in answers["txt"].text
    assert [cue.voice for cue in webvtt.from_string(answers["vtt"].text).captions] == ["Ada", "Bob", "Ada"]
    assert answers["json"].json() == (await ada.get(f"/api/v1/sessions/{session}/transcript")).json()
    opened = Document(io.BytesIO(answers["docx"].content))
    assert opened.paragraphs[1].text == "0:00  Ada: Good morning"
    bare = await ada.get(path, format="txt", speakers="false", timestamps="false")
    assert "\n\nGood morning\n\n" in bare.text
    assert (await ada.get(path, format="pdf")).status_code == 422


async def test_a_session_without_words_is_exported_as_empty_files(ada: Person) -> None:
    session = (await ada.new_session("Empty"))["id"]
    path = f"/api/v1/sessions/{session}/export"
    files = [await ada.get(path, format=form) for form in ("txt", "md", "srt", "vtt", "json", "docx")]
    assert {answer.status_code for answer in files} == {200}
    assert [answer.text for answer in files[:4]] == ["Empty\n", "# Empty\n", "", "WEBVTT\n\n"]


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

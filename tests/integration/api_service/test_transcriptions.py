"""Transcripts as wholes: brought along, listed, replaced."""

import asyncio
import json

import pytest

from tests.integration.api_service.brought import SEGMENTS, bring, put, said, segment
from tests.integration.api_service.conftest import Person

pytestmark = pytest.mark.integration


@pytest.fixture
async def session(ada: Person) -> str:
    """A session of Ada's with three segments."""
    created = (await ada.new_session("周会 Weekly"))["id"]
    assert (await bring(ada, created)).status_code == 200
    return created


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
    twice = [{"segment_id": "new", "text": text} for text in ("one", "two")]
    assert (await put(ada, path, {"segments": twice})).status_code == 422
    assert await said(ada, session) == ["Bob: eins", "Eve: zwei"]


async def test_what_was_brought_to_a_session_that_never_met_is_read_where_captions_are(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    await bring(ada, session)
    body = (await ada.get(f"/api/v1/realtime/sessions/{session}/transcription")).json()
    assert [each["text"] for each in body["segments"]] == ["Good morning", "早上好 everybody", "Budget"]

"""Summaries as clients save, read, rate and delete them."""

from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

DOCUMENTED = {
    "summary": "They agreed.",
    "key_points": ["One", {"text": "Two", "segment_id": "TR_a-0"}],
    "action_items": [],
    "ai_model": "gpt-4o-mini",
    "ai_provider": "openai",
    "processing_time_ms": 1200,
    "token_usage": {"prompt": 10, "completion": 5},
    "cost_cents": 0.25,
}


async def send(person: Person, method: str, path: str, body: object = None) -> httpx.Response:
    return await person.api.request(method, path, json=body, headers=person.headers)


async def saved(person: Person, session: str, **fields: object) -> dict[str, object]:
    answer = await person.post(f"/api/v2/sessions/{session}/save-ai-summary", DOCUMENTED | fields)
    assert answer.status_code == 200, answer.text
    summary: dict[str, object] = answer.json()
    return summary


def transcribe(servers: Servers, session: str, *statuses: str) -> list[str]:
    """Texts of a session, each newer than the one before."""
    with psycopg.connect(servers.database_admin_url) as connection:
        rows = [
            connection.execute(
                "insert into public.transcriptions"
                " (session_id, user_id, source, language, status, created_at)"
                " select id, user_id, 'retranscription', 'en', %s, now() + %s * interval '1 second'"
                " from public.recording_sessions where id = %s returning id",
                [status, number, session],
            ).fetchone()
            for number, status in enumerate(statuses)
        ]
    return [str(row[0]) for row in rows if row]


@pytest.mark.parametrize("prefix", ["", "intrascribe_room_"])
async def test_a_summary_is_saved_and_read(ada: Person, prefix: str) -> None:
    session = (await ada.new_session())["id"]
    summary = await saved(ada, f"{prefix}{session}", session_id=session, transcription_id=None)
    assert {name: summary[name] for name in DOCUMENTED} == DOCUMENTED
    assert (summary["session_id"], summary["status"], summary["transcription_id"]) == (
        session,
        "completed",
        None,
    )
    for version in ("v1", "v2"):
        home = f"/api/{version}/sessions/{prefix}{session}/ai-summaries"
        for slash in ("", "/"):
            assert (await ada.get(f"{home}{slash}")).json() == [summary]
        assert (await ada.get(f"{home}/{summary['id']}")).json() == summary


async def test_a_summary_is_saved_where_the_address_names_no_session(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    body = DOCUMENTED | {"session_id": f"intrascribe_room_{session}"}
    answer = await ada.post("/api/v1/save_ai_summaries", body)
    assert (answer.status_code, answer.json()["session_id"]) == (200, session)
    assert (await ada.post("/api/v1/save_ai_summaries", DOCUMENTED)).status_code == 422


async def test_without_a_transcription_the_newest_complete_one_is_meant(
    ada: Person, servers: Servers
) -> None:
    session = (await ada.new_session())["id"]
    old, newer, unfinished = transcribe(servers, session, "completed", "completed", "processing")
    assert (await saved(ada, session, transcription_id=None))["transcription_id"] == newer
    assert (await saved(ada, session))["transcription_id"] == newer
    assert (await saved(ada, session, transcription_id=old))["transcription_id"] == old
    assert (await saved(ada, session, transcription_id=unfinished))["transcription_id"] == unfinished


async def test_a_transcription_or_template_of_somebody_else_is_not_found(
    ada: Person, bob: Person, servers: Servers
) -> None:
    session, other = (await ada.new_session())["id"], (await bob.new_session())["id"]
    foreign = transcribe(servers, other, "completed")[0]
    template = (
        await bob.post("/api/v1/templates", {"name": "Bob's", "template_content": "{summary}"})
    ).json()
    path = f"/api/v2/sessions/{session}/save-ai-summary"
    for fields, code in (
        ({"transcription_id": foreign}, "transcription-not-found"),
        ({"transcription_id": str(uuid4())}, "transcription-not-found"),
        ({"template_id": template["id"]}, "template-not-found"),
    ):
        answer = await ada.post(path, DOCUMENTED | fields)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert (await ada.get(f"/api/v1/sessions/{session}/ai-summaries")).json() == []


async def test_a_template_counts_the_summaries_that_were_made_with_it(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    template = (await ada.post("/api/v1/templates", {"name": "Mine", "template_content": "{summary}"})).json()
    for _ in range(2):
        await saved(ada, session, template_id=template["id"])
    assert (await ada.get(f"/api/v1/templates/{template['id']}")).json() == template | {"usage_count": 2}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_what_is_given_is_changed_and_the_rest_stays(ada: Person, method: str, version: str) -> None:
    session = (await ada.new_session())["id"]
    summary = await saved(ada, session)
    path = f"/api/{version}/sessions/{session}/ai-summaries/{summary['id']}"
    answer = await send(ada, method, path, {"summary": "Better.", "quality_rating": 5})
    changed = answer.json()
    assert answer.status_code == 200
    assert changed == summary | {
        "summary": "Better.",
        "quality_rating": 5,
        "edited": ["summary"],
        "edited_at": changed["edited_at"],
        "updated_at": changed["updated_at"],
    }
    assert changed["edited_at"]
    assert (await send(ada, method, path, {})).json() == changed
    assert (await send(ada, method, path, DOCUMENTED | {"session_id": session})).status_code == 200


async def test_a_summary_is_deleted_once(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    kept, gone = await saved(ada, session), await saved(ada, session)
    path = f"/api/v1/sessions/{session}/ai-summaries/{gone['id']}"
    assert (await send(ada, "DELETE", path)).json()["message"] == "Summary deleted successfully"
    answer = await send(ada, "DELETE", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "summary-not-found")
    assert (await ada.get(f"/api/v1/sessions/{session}/ai-summaries")).json() == [kept]


async def test_a_participant_reads_and_changes_nothing(ada: Person, bob: Person) -> None:
    session = await ada.new_session()
    summary = await saved(ada, session["id"])
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    home = f"/api/v1/sessions/{session['id']}/ai-summaries"
    path = f"{home}/{summary['id']}"
    assert (await bob.get(path)).json() == summary
    answers = [
        await bob.post(f"/api/v2/sessions/{session['id']}/save-ai-summary", DOCUMENTED),
        await send(bob, "PUT", path, {"quality_rating": 1}),
        await send(bob, "DELETE", path),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "not-owner")}
    assert (await ada.get(home)).json() == [summary]


async def test_sessions_of_others_cannot_be_told_from_ones_that_do_not_exist(
    ada: Person, bob: Person
) -> None:
    session = (await ada.new_session())["id"]
    summary = await saved(ada, session)
    answers = []
    for name in (session, f"intrascribe_room_{session}", uuid4(), "nonsense"):
        path = f"/api/v1/sessions/{name}/ai-summaries"
        answers += [
            await bob.get(path),
            await bob.get(f"{path}/{summary['id']}"),
            await send(bob, "PUT", f"{path}/{summary['id']}", {"summary": "Forged"}),
            await send(bob, "DELETE", f"{path}/{summary['id']}"),
            await bob.post(f"/api/v2/sessions/{name}/save-ai-summary", DOCUMENTED),
            await bob.post("/api/v1/save_ai_summaries", DOCUMENTED | {"session_id": str(name)}),
        ]
    assert {(each.status_code, each.json()["code"], each.json()["detail"]) for each in answers} == {
        (404, "session-not-found", "You have no session with this id")
    }
    assert (await ada.get(f"/api/v1/sessions/{session}/ai-summaries")).json() == [summary]


async def test_a_summary_is_found_in_its_own_session_alone(ada: Person) -> None:
    first, second = (await ada.new_session())["id"], (await ada.new_session())["id"]
    summary = await saved(ada, first)
    for name in (summary["id"], "nonsense"):
        answer = await ada.get(f"/api/v1/sessions/{second}/ai-summaries/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "summary-not-found")
    other = await ada.post(f"/api/v2/sessions/{second}/save-ai-summary", DOCUMENTED | {"session_id": first})
    assert (other.status_code, other.json()["code"]) == (400, "other-session")


@pytest.mark.parametrize(
    "fields",
    [
        {"summary": " "},
        {"summary": None},
        {"summary": "a\x00"},
        {"key_points": "One"},
        {"key_points": [1]},
        {"key_points": [{"a": "\x00"}]},
        {"key_points": ["x" * 200_000]},
        {"action_items": None},
        {"quality_rating": 0},
        {"quality_rating": 6},
        {"processing_time_ms": 2**31},
        {"cost_cents": -1},
        {"token_usage": {"x": "x" * 5000}},
        {"transcription_id": "newest"},
    ],
)
async def test_what_cannot_be_kept_does_not_parse(ada: Person, fields: dict[str, object]) -> None:
    session = (await ada.new_session())["id"]
    answer = await ada.post(f"/api/v2/sessions/{session}/save-ai-summary", DOCUMENTED | fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert (await ada.get(f"/api/v1/sessions/{session}/ai-summaries")).json() == []


async def test_summaries_are_listed_newest_first_by_the_page(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    made = [(await saved(ada, session, summary=f"Number {n}"))["id"] for n in range(3)]
    home = f"/api/v1/sessions/{session}/ai-summaries"
    assert [each["id"] for each in (await ada.get(home)).json()] == made[::-1]
    assert [each["id"] for each in (await ada.get(home, limit=1, offset=1)).json()] == [made[1]]
    assert (await ada.get(home, limit=101)).status_code == 422

"""What an owner changes of a session that nobody is in, and what nobody else may."""

from uuid import uuid4

import psycopg
import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.audio.conftest import tone
from tests.integration.api_service.audio.uploads import upload
from tests.integration.api_service.conftest import BASE_URL, Person, sign_in, stored
from tests.servers import Servers

pytestmark = pytest.mark.integration


def path(session: dict[str, str], *more: str) -> str:
    return "/".join(["/api/v1/sessions", session["id"], *more])


async def has_become(servers: Servers, session: dict[str, str], status: str) -> None:
    with psycopg.connect(servers.database_admin_url) as admin:
        admin.execute(
            "update public.recording_sessions set status = %s, started_at = now() - interval '1 minute'"
            " where id = %s",
            [status, session["id"]],
        )


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_what_is_given_is_changed_and_the_rest_stays(ada: Person, method: str) -> None:
    session = await ada.new_session("Weekly")
    given = {
        "title": " Budget 预算 ",
        "description": "What we spend",
        "tags": ["finance", " q4 ", "finance"],
        "language": "zh-Hant-TW",
        "metadata": {"settings": {"recording": False}, "colour": "red", "n": [1, 2.5, None]},
    }
    changed = await ada.send(method, path(session), given)
    assert changed.status_code == 200, changed.text
    assert changed.json() == session | given | {
        "title": "Budget 预算",
        "tags": ["finance", "q4"],
        "updated_at": changed.json()["updated_at"],
    }
    assert changed.json()["updated_at"] > session["updated_at"]
    again = await ada.send(method, path(session), {"title": "Other"})
    assert again.json() == changed.json() | {"title": "Other", "updated_at": again.json()["updated_at"]}
    assert (await ada.get(path(session))).json() == again.json()


@pytest.mark.parametrize("language", ["zh-CN", "en-US", "en", "zh-Hant-TW", "yue"])
async def test_a_language_is_echoed_as_given(ada: Person, language: str) -> None:
    session = await ada.new_session()
    changed = await ada.send("PUT", path(session), {"language": language})
    assert changed.json()["language"] == language


@pytest.mark.parametrize("given", [None, "", "  "])
async def test_a_description_can_be_removed(ada: Person, given: str | None) -> None:
    session = await ada.new_session()
    await ada.send("PUT", path(session), {"description": "What for"})
    assert (await ada.send("PUT", path(session), {"description": given})).json()["description"] is None


@pytest.mark.parametrize("body", [{}, {"title": None, "status": None, "tags": None, "metadata": None}])
async def test_nothing_given_changes_nothing(ada: Person, body: dict[str, None]) -> None:
    session = await ada.new_session()
    answer = await ada.send("PUT", path(session), body)
    assert answer.json() | {"updated_at": None} == session | {"updated_at": None}


def nested(levels: int) -> object:
    value: object = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"title": "a\x00"},
        {"description": "a\x00"},
        {"description": "x" * 5001},
        {"tags": [""]},
        {"tags": ["x" * 51]},
        {"tags": [str(n) for n in range(21)]},
        {"tags": "finance"},
        {"tags": ["\ud800"]},
        {"language": "English"},
        {"status": 1},
        {"status": "x" * 51},
        {"metadata": []},
        {"metadata": {"a\x00": 1}},
        {"metadata": {"a": ["\ud800"]}},
        {"metadata": {"a": float("nan")}},
        {"metadata": {"a": float("inf")}},
        {"metadata": nested(11)},
        {"metadata": {"a": "x" * 17_000}},
        [],
    ],
    ids=lambda body: str(body)[:40].encode("ascii", "replace").decode(),
)
async def test_what_cannot_be_stored_is_refused_and_changes_nothing(
    ada: Person, servers: Servers, body: object
) -> None:
    session = await ada.new_session()
    before = stored(servers)
    answer = await ada.send("PATCH", path(session), body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request"), answer.text
    assert stored(servers) == before


async def test_metadata_nested_beyond_reason_is_refused(ada: Person) -> None:
    session = await ada.new_session()
    body = b'{"metadata": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}"
    headers = ada.headers | {"content-type": "application/json"}
    answer = await ada.api.put(path(session), content=body, headers=headers)
    assert answer.status_code == 422


async def test_metadata_comes_back_as_deep_as_it_may_be(ada: Person) -> None:
    session = await ada.new_session()
    answer = await ada.send("PUT", path(session), {"metadata": nested(10)})
    assert (answer.status_code, answer.json()["metadata"]) == (200, nested(10))


@pytest.mark.parametrize("status", ["finished", "draft", "", "COMPLETED"])
async def test_an_unknown_status_is_told_as_clients_know_it(ada: Person, status: str) -> None:
    session = await ada.new_session()
    answer = await ada.send("PUT", path(session), {"title": "Not kept", "status": status})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-status")
    assert answer.json()["detail"] == "Invalid status"
    assert (await ada.get(path(session))).json() == session


async def test_a_session_that_nobody_came_to_is_completed_archived_and_brought_back(ada: Person) -> None:
    session = await ada.new_session()
    completed = (await ada.send("PUT", path(session), {"status": "completed"})).json()
    assert (completed["status"], completed["duration_seconds"]) == ("completed", None)
    assert completed["ended_at"] is not None
    for status in ("archived", "archived", "completed"):
        after = (await ada.send("PUT", path(session), {"status": status})).json()
        assert after | {"updated_at": ""} == completed | {"updated_at": "", "status": status}


async def test_a_session_in_an_empty_room_is_paused_resumed_and_completed_in_its_true_length(
    ada: Person, servers: Servers
) -> None:
    session = await ada.new_session()
    await has_become(servers, session, "recording")
    paused = await ada.send("PUT", path(session), {"status": "paused"})
    assert (paused.status_code, paused.json()["status"]) == (200, "paused"), paused.text
    completed = (await ada.send("PUT", path(session), {"status": "completed"})).json()
    assert completed["status"] == "completed"
    assert 60 <= completed["duration_seconds"] < 90


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        ("created", "recording"),
        ("created", "processing"),
        ("completed", "recording"),
        ("cancelled", "completed"),
    ],
)
async def test_what_a_session_cannot_become_is_a_conflict_that_says_what_it_can(
    ada: Person, servers: Servers, now: str, asked: str
) -> None:
    session = await ada.new_session()
    await has_become(servers, session, now)
    answer = await ada.send("PUT", path(session), {"title": "Not kept", "status": asked})
    assert (answer.status_code, answer.json()["code"]) == (409, "status-not-allowed")
    assert "archived" in answer.json()["detail"]
    assert (await ada.get(path(session))).json()["title"] == session["title"]


CHANGES: list[tuple[str, tuple[str, ...], object]] = [
    ("PUT", (), {"title": "Taken"}),
    ("PATCH", (), {"status": "archived"}),
    ("DELETE", (), None),
    ("PUT", ("template",), {"template_id": None}),
    ("POST", ("retranscribe",), None),
]


@pytest.mark.parametrize(("method", "more", "body"), CHANGES)
async def test_participants_change_nothing_and_strangers_see_nothing(
    ada: Person,
    bob: Person,
    api: AsyncClient,
    servers: Servers,
    method: str,
    more: tuple[str, ...],
    body: object,
) -> None:
    session = await ada.new_session()
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    eve = await sign_in(api, "eve")
    before = stored(servers)
    refused = await bob.send(method, path(session, *more), body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-owner")
    unseen = await eve.send(method, path(session, *more), body)
    assert (unseen.status_code, unseen.json()["code"]) == (404, "session-not-found")
    assert stored(servers) == before
    unknown = await ada.send(method, path({"id": str(uuid4())}, *more), body)
    assert unknown.json()["detail"] == unseen.json()["detail"]


@pytest.mark.parametrize("prefix", ["", "intrascribe_room_"])
async def test_a_deleted_session_is_gone_for_everybody(ada: Person, bob: Person, prefix: str) -> None:
    session = await ada.new_session()
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    answer = await ada.send("DELETE", f"/api/v1/sessions/{prefix}{session['id']}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Session deleted successfully"})
    for person in (ada, bob):
        assert (await person.get(path(session))).status_code == 404
        assert (await person.get("/api/v1/sessions")).json() == []
    assert (await ada.send("DELETE", path(session))).status_code == 404


@pytest.mark.parametrize(("status", "code"), [("completed", 200), ("recording", 503)])
async def test_while_livekit_is_away_only_sessions_that_nobody_can_be_in_are_deleted(
    settings: ApiSettings, servers: Servers, status: str, code: int
) -> None:
    away = settings.model_copy(update={"livekit_url": "ws://127.0.0.1:9"})
    async with LifespanManager(create_app(away)) as manager:
        transport = ASGITransport(manager.app, client=("127.0.0.1", 50_000))
        async with AsyncClient(transport=transport, base_url=BASE_URL) as client:
            person = await sign_in(client, "ada")
            session = await person.new_session()
            await has_become(servers, session, status)
            answer = await person.send("DELETE", path(session))
            assert answer.status_code == code, answer.text
            left = (await person.get(path(session))).status_code
    assert left == (404 if code == 200 else 200)


async def test_a_template_that_is_not_there_is_not_chosen(ada: Person) -> None:
    session = await ada.new_session()
    answer = await ada.send("PUT", path(session, "template"), {"template_id": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (404, "template-not-found")
    assert (await ada.send("PUT", path(session, "template"), {})).status_code == 422
    assert (await ada.send("PUT", path(session, "template"), {"template_id": "x"})).status_code == 422


async def test_a_template_of_ones_own_or_of_the_system_is_chosen(ada: Person, bob: Person) -> None:
    session = await ada.new_session()
    own, foreign, withdrawn = [
        (
            await person.post("/api/v1/templates", {"name": "Mine", "template_content": "{summary}"} | more)
        ).json()
        for person, more in ((ada, {}), (bob, {}), (ada, {"is_active": False}))
    ]
    (of_system, *_) = (await ada.get("/api/v1/templates/system")).json()
    for template in (own, of_system):
        answer = await ada.send("PUT", path(session, "template"), {"template_id": template["id"]})
        assert (answer.status_code, answer.json()["template_id"]) == (200, template["id"])
    for template in (foreign, withdrawn):
        answer = await ada.send("PUT", path(session, "template"), {"template_id": template["id"]})
        assert (answer.status_code, answer.json()["code"]) == (404, "template-not-found")
    assert (await ada.get(path(session))).json()["template_id"] == of_system["id"]


async def test_no_template_can_be_chosen(ada: Person) -> None:
    session = await ada.new_session()
    answer = await ada.send("PUT", path(session, "template"), {"template_id": None})
    assert (answer.status_code, answer.json()["template_id"]) == (200, None)
    assert answer.json()["session_id"] == session["id"]


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_without_a_recording_there_is_nothing_to_transcribe_again(ada: Person, version: str) -> None:
    session = await ada.new_session()
    answer = await ada.send("POST", f"/api/{version}/sessions/{session['id']}/retranscribe")
    assert (answer.status_code, answer.json()["code"]) == (409, "no-recording")
    assert "Upload" in answer.json()["detail"]


async def test_a_recording_is_transcribed_again_by_a_task(ada: Person) -> None:
    session = await ada.new_session()
    assert (await upload(ada, session, tone())).status_code == 200
    answer = await ada.send("POST", f"/api/v1/sessions/{session['id']}/retranscribe")
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    task = (await ada.get(answer.headers["location"])).json()
    assert (task["task_id"], task["kind"]) == (answer.json()["task_id"], "transcribe")
    assert len((await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json()) == 1


async def test_a_text_that_was_brought_counts_when_its_session_is_finalized(ada: Person) -> None:
    session = await ada.new_session()
    brought = {
        "session_id": session["id"],
        "content": "Good morning",
        "language": "en-US",
        "segments": [{"speaker": "Ada", "start_time": 0, "end_time": 1, "text": "Good morning"}],
    }
    assert (await ada.post("/api/v1/transcriptions", brought)).status_code == 200
    result = (await ada.send("POST", f"/api/v2/sessions/{session['id']}/finalize")).json()["result"]
    assert (result["transcription_saved"], result["total_segments"], result["word_count"]) == (True, 1, 2)

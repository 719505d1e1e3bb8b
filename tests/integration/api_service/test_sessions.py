"""Sessions through the API: creating, listing, reading, joining, and what is refused."""

from uuid import uuid4

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from starlette.types import Message, Receive, Scope, Send

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import BASE_URL, Person, sign_in, stored
from tests.servers import Servers

pytestmark = pytest.mark.integration

RESPONSE_FIELDS = {
    "id",
    "session_id",
    "title",
    "title_by",
    "status",
    "language",
    "template_id",
    "created_at",
    "updated_at",
    "started_at",
    "ended_at",
    "duration_seconds",
    "usage_hint",
    "invite_code",
    "role",
    "room_name",
    "description",
    "stt_model",
    "tags",
    "metadata",
    "record",
}


@pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/sessions/"])
async def test_a_session_is_created_under_both_spellings(ada: Person, path: str) -> None:
    answer = await ada.post(path, {"title": "  Weekly  ", "language": "en", "stt_model": "local_funasr"})
    session = answer.json()
    assert answer.status_code == 200
    assert set(session) == RESPONSE_FIELDS
    assert session["id"] == session["session_id"]
    assert (session["title"], session["language"]) == ("Weekly", "en")
    assert (session["status"], session["role"]) == ("created", "owner")
    assert session["started_at"] is session["ended_at"] is session["duration_seconds"] is None


@pytest.mark.parametrize("body", [{}, {"title": None}])
async def test_a_session_without_a_title_has_one_that_minutes_may_replace(
    ada: Person, body: dict[str, object]
) -> None:
    session = (await ada.post("/api/v1/sessions", body)).json()
    assert (session["title"], session["title_by"]) == ("New Recording Session", "default")


async def test_a_title_has_one_line(ada: Person) -> None:
    session = (await ada.post("/api/v1/sessions", {"title": "a\n## b\u2028"})).json()
    assert (session["title"], session["title_by"]) == ("a ## b", "person")


async def test_a_title_is_enough(ada: Person) -> None:
    session = (await ada.post("/api/v1/sessions", {"title": "T"})).json()
    assert session["language"] == "zh-CN"


@pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/sessions/"])
async def test_ones_own_sessions_are_listed_newest_first(ada: Person, bob: Person, path: str) -> None:
    await bob.new_session("Not hers")
    created = [(await ada.new_session(f"Number {number}"))["id"] for number in range(3)]
    listed = (await ada.get(path)).json()
    assert [session["id"] for session in listed] == created[::-1]
    page = (await ada.get(path, limit=1, offset=1)).json()
    assert [session["id"] for session in page] == [created[1]]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"limit": "many"}])
async def test_a_page_out_of_bounds_does_not_parse(ada: Person, params: dict[str, str | int]) -> None:
    assert (await ada.get("/api/v1/sessions", **params)).status_code == 422


@pytest.mark.parametrize("prefix", ["", "intrascribe_room_"])
async def test_a_session_is_read_by_its_id_and_by_its_room(ada: Person, prefix: str) -> None:
    session = await ada.new_session()
    answer = await ada.get(f"/api/v1/sessions/{prefix}{session['id']}")
    assert answer.status_code == 200
    assert answer.json() == session


async def test_an_invitation_makes_a_participant(ada: Person, bob: Person) -> None:
    session = await ada.new_session()
    for _ in range(2):
        joined = await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
        assert joined.status_code == 200
        assert joined.json() == session | {"role": "participant"}
    assert [each["id"] for each in (await bob.get("/api/v1/sessions")).json()] == [session["id"]]


async def test_an_owner_who_follows_the_own_invitation_stays_the_owner(ada: Person) -> None:
    session = await ada.new_session()
    joined = await ada.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    assert joined.json()["role"] == "owner"


async def test_a_wrong_invitation_opens_nothing(ada: Person, bob: Person, servers: Servers) -> None:
    session = await ada.new_session()
    before = stored(servers)
    for code in ("guess", session["id"], session["invite_code"][:-1], "%"):
        answer = await bob.post("/api/v1/sessions/join", {"invite_code": code})
        assert (answer.status_code, answer.json()["code"]) == (404, "invite-not-found")
    assert stored(servers) == before


async def test_sessions_of_others_cannot_be_told_from_ones_that_do_not_exist(
    ada: Person, bob: Person
) -> None:
    session = await ada.new_session()
    answers = [
        await bob.get(f"/api/v1/sessions/{name}")
        for name in (session["id"], f"intrascribe_room_{session['id']}", uuid4(), "nonsense", "a%00b", "%ff")
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert len({(a.json()["code"], a.json()["detail"], a.json()["title"]) for a in answers}) == 1
    assert answers[0].json()["code"] == "session-not-found"


BAD_BODIES: dict[str, tuple[bytes, str, int]] = {
    "no body": (b"", "application/json", 422),
    "not JSON": (b'{"title":', "application/json", 422),
    "no text": (b"\xff", "application/json", 400),
    "nested beyond reason": (b"[" * 100_000, "application/json", 400),
    "a list": (b"[]", "application/json", 422),
    "an empty title": (b'{"title": "  "}', "application/json", 422),
    "a number for a title": (b'{"title": 1}', "application/json", 422),
    "NUL": (b'{"title": "a\\u0000b"}', "application/json", 422),
    "half a character": (b'{"title": "\\ud800"}', "application/json", 422),
    "half a character in the model": (b'{"title": "a", "stt_model": "\\udc00"}', "application/json", 422),
    "no language": (b'{"title": "a", "language": "english!"}', "application/json", 422),
    "a form": (b"title=a", "application/x-www-form-urlencoded", 415),
    "text that looks like JSON": (b'{"title": "a"}', "text/plain", 415),
    "no content type": (b'{"title": "a"}', "", 415),
    "audio": (b"RIFF", "audio/wav", 415),
    "too much": (b'{"title": "a", "x": "' + b"x" * 1_000_000 + b'"}', "application/json", 413),
}


@pytest.mark.parametrize(("body", "media_type", "status"), BAD_BODIES.values(), ids=BAD_BODIES)
async def test_what_cannot_be_read_is_a_problem_and_changes_nothing(
    ada: Person, servers: Servers, body: bytes, media_type: str, status: int
) -> None:
    before = stored(servers)
    headers = ada.headers | ({"content-type": media_type} if media_type else {})
    answer = await ada.api.post("/api/v1/sessions", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert stored(servers) == before


async def test_a_participant_does_not_own(ada: Person, bob: Person, api: httpx.AsyncClient) -> None:
    session = await ada.new_session()
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    stranger = await sign_in(api, "eve")
    assert (await stranger.get(f"/api/v1/sessions/{session['id']}")).status_code == 404
    assert (await ada.get(f"/api/v1/sessions/{session['id']}")).json()["role"] == "owner"


async def test_what_was_written_is_there_before_its_answer_begins(
    settings: ApiSettings, servers: Servers
) -> None:
    title = uuid4().hex
    seen: list[int] = []

    def look() -> None:
        with psycopg.connect(servers.database_admin_url) as connection:
            query = "select count(*) from public.recording_sessions where title = %s"
            row = connection.execute(query, [title]).fetchone()
            assert row
            seen.append(row[0])

    async with LifespanManager(create_app(settings)) as manager:

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            async def looking_first(message: Message) -> None:
                if message["type"] == "http.response.start" and scope["path"] == "/api/v1/sessions":
                    look()
                await send(message)

            await manager.app(scope, receive, looking_first)

        transport = httpx.ASGITransport(watched)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            person = await sign_in(client, "ada")
            await person.new_session(title)
    assert seen == [1]

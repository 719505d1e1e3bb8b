"""Accounts: how one is called, what one prefers, and what one has used."""

from datetime import UTC, datetime

import psycopg
import pytest

from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

HOMES = ["/api/v1/users", "/api/v1/user"]
DEFAULTS = {
    "default_language": "zh-CN",
    "default_stt_model": "local_funasr",
    "auto_summary": False,
    "auto_title": False,
    "summary_style": "standard",
    "auto_delete_recordings_days": None,
    "notification_settings": {},
}


async def change(
    person: Person, path: str, body: object, *, method: str = "PATCH"
) -> tuple[int, dict[str, object]]:
    answer = await person.api.request(method, f"/api/v1/users{path}", json=body, headers=person.headers)
    return answer.status_code, answer.json()


async def used(person: Person) -> dict[str, float]:
    answer = await person.get("/api/v1/users/usage")
    return {name: quota["used"] for name, quota in answer.json().items()}


@pytest.mark.parametrize("home", HOMES)
async def test_a_profile_says_everything_about_a_new_account(ada: Person, home: str) -> None:
    profile = (await ada.get(f"{home}/profile")).json()
    assert (profile["id"], profile["email"], profile["full_name"]) == (ada.id, ada.email, "Ada")
    assert profile["subscription"] == {"plan": "free", "status": "active", "expires_at": None}
    assert profile["quotas"] == {
        "monthly_sessions": {"used": 0, "limit": 100},
        "monthly_transcription_minutes": {"used": 0, "limit": 1000},
        "storage_mb": {"used": 0, "limit": 1000},
    }
    assert profile["preferences"] == DEFAULTS
    assert (await ada.get(f"{home}/preferences")).json() == DEFAULTS


async def test_usage_is_what_is_stored(ada: Person, bob: Person, servers: Servers) -> None:
    await bob.new_session()
    sessions = [(await ada.new_session())["id"] for _ in range(5)]
    with psycopg.connect(servers.database_admin_url) as connection:
        ended, running, silent, before, _ = sessions
        connection.execute(
            "insert into public.transcriptions (session_id, user_id, source, language)"
            " select id, user_id, 'live', 'en' from public.recording_sessions where id = any(%s::uuid[])",
            [[ended, running, before]],
        )
        statements: list[tuple[str, str]] = [
            ("status = 'completed', duration_seconds = 90", ended),
            ("status = 'recording', started_at = now() - interval '2 minutes'", running),
            ("status = 'completed', duration_seconds = 600", silent),
            ("duration_seconds = 600, created_at = date_trunc('month', now()) - interval '2 days'", before),
        ]
        for values, session in statements:
            connection.execute(
                f"update public.recording_sessions set {values} where id = %s".encode(), [session]
            )
    usage = await used(ada)
    assert usage["monthly_sessions"] == 4
    assert 3.5 <= usage["monthly_transcription_minutes"] < 3.6
    assert usage["storage_mb"] == 0
    await ada.api.delete(f"/api/v1/sessions/{silent}", headers=ada.headers)
    assert (await used(bob))["monthly_sessions"] == 1


async def test_usage_is_counted_quickly_among_many_sessions(ada: Person, servers: Servers) -> None:
    with psycopg.connect(servers.database_admin_url) as connection:
        connection.execute(
            "insert into public.recording_sessions (user_id, title, created_at, duration_seconds)"
            " select %s, 'Old', now() - n * interval '1 hour', 60 from generate_series(1, 10000) as n",
            [ada.id],
        )
        connection.execute("analyze public.recording_sessions")
        plan = connection.execute(
            "explain (format json) select count(*) from public.recording_sessions"
            " where user_id = %s and created_at >= now() - interval '1 day'",
            [ada.id],
        ).fetchone()
    assert plan
    assert "recording_sessions_by_creation" in str(plan)
    began = datetime.now(UTC)
    usage = await used(ada)
    assert (datetime.now(UTC) - began).total_seconds() < 3
    now = datetime.now(UTC)
    hours = (now - now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)).total_seconds() / 3600
    assert abs(usage["monthly_sessions"] - hours) <= 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_preferences_that_are_given_change_and_the_others_stay(ada: Person, method: str) -> None:
    status, changed = await change(
        ada, "/preferences", {"default_language": "en-US", "auto_summary": True}, method=method
    )
    assert (status, changed) == (200, DEFAULTS | {"default_language": "en-US", "auto_summary": True})
    settings = {"email": {"on_summary": True}}
    _, changed = await change(
        ada, "/preferences", {"notification_settings": settings, "default_language": None}, method=method
    )
    assert changed == DEFAULTS | {"auto_summary": True, "notification_settings": settings}
    assert (await ada.get("/api/v1/users/profile")).json()["preferences"] == changed


async def test_what_was_read_may_be_sent_back(ada: Person) -> None:
    before = (await ada.get("/api/v1/user/preferences")).json()
    answer = await ada.api.put("/api/v1/user/preferences", json=before, headers=ada.headers)
    assert (answer.status_code, answer.json()) == (200, before)


async def test_clients_keep_names_of_their_own_within_bounds(ada: Person) -> None:
    own = {"theme": "dark", "columns": [1, 2], "deep": {"a": {"b": None}}}
    assert await change(ada, "/preferences", own) == (200, DEFAULTS | own)
    assert await change(ada, "/preferences", {"columns": None}) == (
        200,
        DEFAULTS | {"theme": "dark", "deep": own["deep"]},
    )
    large = {"large": "x" * 4000}
    assert (await change(ada, "/preferences", large))[0] == 200
    status, problem = await change(ada, "/preferences", {"larger": "x" * 1000})
    assert (status, problem["code"]) == (413, "preferences-too-large")
    assert (await change(ada, "/preferences", {"large": None, "larger": "x" * 1000}))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {"default_language": "english!"},
        {"default_stt_model": ""},
        {"auto_summary": "perhaps"},
        {"summary_style": "endless"},
        {"auto_delete_recordings_days": 0},
        {"notification_settings": []},
        {"notification_settings": {"x": "x" * 5000}},
        {"x" * 65: 1},
        {f"name {n}": n for n in range(33)},
        {"a": "\x00"},
        {"a\x00": 1},
        {"a": [[[[[[[[[[1]]]]]]]]]]},
        [],
    ],
)
async def test_preferences_that_cannot_be_kept_do_not_parse(ada: Person, body: object) -> None:
    status, problem = await change(ada, "/preferences", body)
    assert (status, problem["code"]) == (422, "invalid-request")
    assert (await ada.get("/api/v1/users/preferences")).json() == DEFAULTS


async def test_preferences_are_ones_own(ada: Person, bob: Person) -> None:
    await change(ada, "/preferences", {"default_language": "de-DE", "secret": "mine"})
    assert (await bob.get("/api/v1/users/preferences")).json() == DEFAULTS


async def test_an_account_changes_how_it_is_called_and_seen(ada: Person) -> None:
    wanted = {"full_name": "  Ada L. ", "username": "ada", "avatar_url": "https://a.example/ada.png"}
    status, changed = await change(ada, "/me", wanted)
    assert status == 200
    assert (changed["full_name"], changed["username"]) == ("Ada L.", "ada")
    assert changed["avatar_url"] == "https://a.example/ada.png"
    assert (await ada.get("/api/v1/users/me")).json() == changed
    _, cleared = await change(ada, "/me", {"full_name": None, "avatar_url": None})
    assert cleared == changed | {"full_name": None, "avatar_url": None}
    assert await change(ada, "/me", {}) == (200, cleared)


@pytest.mark.parametrize(
    "body",
    [
        {"username": None},
        {"username": " "},
        {"full_name": "x" * 101},
        {"avatar_url": "http://a.example"},
        "ada",
    ],
)
async def test_an_account_is_not_called_anything(ada: Person, body: object) -> None:
    before = (await ada.get("/api/v1/users/me")).json()
    assert (await change(ada, "/me", body))[0] == 422
    assert (await ada.get("/api/v1/users/me")).json() == before


async def test_nobody_activates_an_account_or_takes_an_address(ada: Person) -> None:
    before = (await ada.get("/api/v1/users/me")).json()
    assert await change(ada, "/me", {"is_active": False, "email": "x@example.com", "id": ada.id}) == (
        200,
        before,
    )

"""An account ends with everything that is its own, and with nothing of others."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from pydantic import SecretStr

from api_service.app import create_app
from api_service.database import Database
from api_service.settings import ApiSettings
from shared.storage import open_storage
from tests.integration.api_service.audio.conftest import tone
from tests.integration.api_service.audio.uploads import gone, upload
from tests.integration.api_service.brought import bring, said
from tests.integration.api_service.conftest import BASE_URL, Person, sign_in
from tests.integration.api_service.sign_in_service import SERVICE_KEY, SignInService, signing_in
from tests.servers import Servers

pytestmark = pytest.mark.integration

ME = "/api/v1/users/me"


async def leave(person: Person, confirm: str | None = None) -> httpx.Response:
    return await person.send("DELETE", ME, {"confirm": person.email if confirm is None else confirm})


def rows(servers: Servers, person: Person) -> dict[str, int]:
    """How many rows of each table name an account."""
    tables = ("recording_sessions", "transcriptions", "audio_files", "ai_summaries", "session_members")
    with psycopg.connect(servers.database_admin_url) as connection:
        counted = {
            table: connection.execute(
                f"select count(*) from public.{table} where user_id = %s".encode(), [person.id]
            ).fetchone()
            for table in tables
        }
    return {table: int(row[0]) for table, row in counted.items() if row and row[0]}


@pytest.fixture
async def removed(settings: ApiSettings) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Waits until an object is gone."""
    database = Database(settings.database_url.get_secret_value(), connections=1)
    await database.open()
    storage = open_storage(settings)
    yield lambda path: gone(storage, database, path)
    await database.close()


@pytest.fixture(scope="module")
def service(servers: Servers) -> Iterator[SignInService]:
    with signing_in(servers.database_admin_url) as service:
        yield service


@pytest.fixture
async def of_supabase(settings: ApiSettings, service: SignInService) -> AsyncIterator[httpx.AsyncClient]:
    """An API whose accounts are with Supabase."""
    service.status = 200
    chosen = settings.model_copy(
        update={"supabase_url": service.url, "supabase_service_key": SecretStr(SERVICE_KEY)}
    )
    async with LifespanManager(create_app(chosen)) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            yield client


async def test_an_account_goes_with_its_sessions_and_files(
    ada: Person, bob: Person, servers: Servers, removed: Callable[[str], Awaitable[None]]
) -> None:
    session, of_bob = await ada.new_session(), await bob.new_session()
    await bring(ada, session["id"])
    await bring(bob, of_bob["id"])
    path = (await upload(ada, session, tone())).json()["storage_path"]
    saved = await ada.post(f"/api/v2/sessions/{session['id']}/save-ai-summary", {"summary": "Agreed."})
    assert saved.status_code == 200
    for member, meeting in ((bob, session), (ada, of_bob)):
        await member.post("/api/v1/sessions/join", {"invite_code": meeting["invite_code"]})
    assert (await leave(ada)).json() == {"message": "Account deleted successfully"}
    assert rows(servers, ada) == {}
    assert (await ada.get(ME)).status_code == 401
    assert (await bob.get(f"/api/v1/sessions/{session['id']}")).status_code == 404
    assert len(await said(bob, of_bob["id"])) == 3
    await removed(path)


async def test_a_session_goes_with_its_files(ada: Person, removed: Callable[[str], Awaitable[None]]) -> None:
    session = await ada.new_session()
    file = (await upload(ada, session, tone())).json()
    used = (await ada.get("/api/v1/users/usage")).json()["storage_mb"]["used"]
    assert used == round(file["file_size_bytes"] / 1_000_000, 2) > 0
    assert (await ada.send("DELETE", f"/api/v1/sessions/{session['id']}")).status_code == 200
    await removed(file["storage_path"])
    assert (await ada.get("/api/v1/users/usage")).json()["storage_mb"]["used"] == 0


@pytest.mark.parametrize("confirm", ["", "yes", "eve@example.com"])
async def test_an_account_stays_until_its_end_is_confirmed(ada: Person, confirm: str) -> None:
    answer = await leave(ada, confirm)
    assert answer.status_code in {400, 422}
    assert (await ada.send("DELETE", ME)).status_code == 422
    assert (await ada.get(ME)).status_code == 200


async def test_an_address_may_be_spelled_in_capitals_and_come_again(ada: Person) -> None:
    assert (await leave(ada, ada.email.upper())).status_code == 200
    assert (await leave(ada)).status_code == 401
    again = await ada.api.post("/api/v1/auth/development-token", json={"email": ada.email})
    newcomer = replace(ada, id=again.json()["user"]["id"], token=again.json()["access_token"])
    assert newcomer.id != ada.id
    assert (await newcomer.get("/api/v1/sessions")).json() == []


async def test_supabase_ends_its_own_accounts(
    of_supabase: httpx.AsyncClient, service: SignInService, servers: Servers
) -> None:
    ada = await sign_in(of_supabase, "ada")
    await ada.new_session()
    assert (await leave(ada)).status_code == 200
    assert service.asked[-1] == f"/auth/v1/admin/users/{ada.id}"
    assert rows(servers, ada) == {}


@pytest.mark.parametrize(
    ("status", "answered", "code"),
    [(503, 503, "upstream-failed"), (401, 502, "upstream-refused"), (404, 200, None)],
)
async def test_an_account_stays_while_supabase_does_not_end_it(
    of_supabase: httpx.AsyncClient, service: SignInService, status: int, answered: int, code: str | None
) -> None:
    ada = await sign_in(of_supabase, "ada")
    service.status = status
    answer = await leave(ada)
    assert (answer.status_code, answer.json().get("code")) == (answered, code)
    assert SERVICE_KEY not in answer.text
    assert (await ada.get(ME)).status_code == 200


async def test_without_the_key_of_supabase_nobody_ends_an_account(
    ada: Person, servers: Servers, settings: ApiSettings
) -> None:
    function = "internal.delete_own_development_user()"
    with psycopg.connect(servers.database_admin_url) as connection:
        # Supabase has no such function; the change is undone before anybody else asks.
        connection.execute(f"alter function {function} rename to hidden_for_a_moment".encode())
        connection.commit()
        try:
            answer = await leave(ada)
        finally:
            connection.execute(
                f"alter function internal.hidden_for_a_moment() rename to {function[9:-2]}".encode()
            )
            connection.commit()
    assert (answer.status_code, answer.json()["code"]) == (403, "account-kept-elsewhere")
    assert (await ada.get(ME)).status_code == 200

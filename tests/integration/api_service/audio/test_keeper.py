"""No object outlives the row that names it, whoever dies in between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from api_service.audio import repository
from api_service.audio.keeper import ObjectKeeper
from api_service.database import Database
from api_service.settings import ApiSettings
from shared.storage import Storage, open_storage
from tests.integration.api_service import databases
from tests.integration.api_service.audio.conftest import tone
from tests.integration.api_service.audio.uploads import announce, gone, upload
from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

TONE = tone()


@pytest.fixture
async def database(settings: ApiSettings) -> AsyncIterator[Database]:
    database = Database(settings.database_url.get_secret_value(), connections=2)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def storage(settings: ApiSettings) -> Storage:
    """Where the API of the other fixtures keeps its files; its own keeper looks after it, too."""
    return open_storage(settings)


def execute(servers: Servers, statement: str, *values: object) -> None:
    with psycopg.connect(servers.database_admin_url) as connection:
        connection.execute(statement.encode(), values)


def waiting(servers: Servers, path: str) -> list[tuple[object, ...]]:
    query = "select due_at > now(), again_at is null from internal.deleted_objects where storage_path = %s"
    with psycopg.connect(servers.database_admin_url) as connection:
        return connection.execute(query, [path]).fetchall()


async def some() -> AsyncIterator[bytes]:
    yield b"content"


async def test_files_go_with_what_they_belong_to(
    ada: Person, storage: Storage, database: Database, servers: Servers
) -> None:
    session = await ada.new_session()
    paths = [(await upload(ada, session, TONE)).json()["storage_path"] for _ in range(2)]
    for path in paths:
        assert (await storage.open(path)).size == len(TONE)
    execute(servers, "delete from public.recording_sessions where id = %s", session["id"])
    for path in paths:
        await gone(storage, database, path)
        assert waiting(servers, path) == []


async def test_what_was_written_and_never_claimed_is_removed(
    storage: Storage, database: Database, servers: Servers
) -> None:
    path = "audio/of/a-process-that-died"
    async with database.as_service() as connection:
        await repository.reserve(connection, path)
    await storage.put(path, some())
    await ObjectKeeper(database, storage).tidy_up()
    await storage.open(path)
    execute(servers, "update internal.deleted_objects set due_at = now() where storage_path = %s", path)
    await gone(storage, database, path)


async def test_an_upload_that_nobody_completes_is_forgotten(
    ada: Person, storage: Storage, database: Database, servers: Servers
) -> None:
    ticket = (await announce(ada, await ada.new_session(), TONE)).json()
    await ada.api.put(ticket["upload_url"], content=TONE)
    path = f"uploads/{ticket['id']}"
    await ObjectKeeper(database, storage).tidy_up()
    assert (await storage.open(path)).size == len(TONE)
    statement = "update public.audio_files set upload_expires_at = now() - interval '2 hours' where id = %s"
    execute(servers, statement, ticket["id"])
    await gone(storage, database, path)


async def test_a_place_that_a_link_may_still_write_to_is_looked_at_again(
    ada: Person, storage: Storage, database: Database, servers: Servers
) -> None:
    ticket = (await announce(ada, await ada.new_session(), TONE)).json()
    await ada.api.put(ticket["upload_url"], content=TONE)
    path = f"uploads/{ticket['id']}"
    assert (await ada.api.post(ticket["complete_url"], headers=ada.headers)).status_code == 200
    await gone(storage, database, path)
    async with asyncio.timeout(60):
        while waiting(servers, path) != [(True, True)]:  # noqa: ASYNC110 - the other keeper may be at it
            await asyncio.sleep(0.02)


@pytest.fixture
async def own_database(servers: Servers) -> AsyncIterator[tuple[Database, str]]:
    """One that no other keeper looks at, and the superuser's address of it."""
    with databases.database(servers.database_admin_url) as admin_url:
        databases.migrate(admin_url)
        name = conninfo_to_dict(admin_url)["dbname"]
        database = Database(make_conninfo(servers.database_url, dbname=str(name)), connections=2)
        await database.open()
        yield database, admin_url
        await database.close()


async def test_what_cannot_be_removed_now_comes_again_later_each_time(
    own_database: tuple[Database, str], settings: ApiSettings, tmp_path: Path
) -> None:
    database, admin_url = own_database
    away = settings.model_copy(
        update={
            "storage_url": "s3://meetings",
            "aws_endpoint_url": "http://127.0.0.1:9",
            "aws_access_key_id": "key",
            "aws_secret_access_key": SecretStr("secret"),
        }
    )
    async with database.as_service() as connection:
        await repository.reserve(connection, "audio/a")
    waits = []
    with psycopg.connect(admin_url, autocommit=True) as administrator:
        for _ in range(3):
            administrator.execute("update internal.deleted_objects set due_at = now()")
            assert not await ObjectKeeper(database, open_storage(away)).tidy_up()
            [(seconds,)] = administrator.execute(
                "select extract(epoch from due_at - now())::integer from internal.deleted_objects"
            ).fetchall()
            waits.append(seconds)
        assert waits == [pytest.approx(expected, abs=3) for expected in (10, 20, 40)]
        administrator.execute("update internal.deleted_objects set due_at = now()")
        here = open_storage(settings.model_copy(update={"storage_url": tmp_path.as_uri()}))
        await ObjectKeeper(database, here).tidy_up()
        assert administrator.execute("select * from internal.deleted_objects").fetchall() == []


async def test_more_than_one_round_is_done_at_once(
    own_database: tuple[Database, str], storage: Storage
) -> None:
    database, admin_url = own_database
    with psycopg.connect(admin_url, autocommit=True) as administrator:
        administrator.execute(
            "insert into internal.deleted_objects (storage_path) "
            "select 'audio/' || n from generate_series(1, 60) n"
        )
        keeper = ObjectKeeper(database, storage)
        assert [await keeper.tidy_up(), await keeper.tidy_up()] == [True, False]
        assert administrator.execute("select * from internal.deleted_objects").fetchall() == []

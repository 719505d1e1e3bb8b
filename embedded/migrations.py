"""Brings a database to the newest schema, with the records that the Supabase CLI keeps and reads."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from embedded.environments import ENVIRONMENTS, ROOT
from embedded.failures import Failure
from embedded.statements import split

MIGRATIONS = ROOT / "supabase" / "migrations"
BOOTSTRAP = ROOT / "embedded" / "bootstrap"
API_ROLE = "intrascribe_api"
_FILE_NAME = re.compile(r"(?P<version>\d+)_(?P<name>.*)\.sql")
_ONE_AT_A_TIME = 7_304_118
_RECORDS = """
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (
        version text not null primary key, statements text[], name text
    )
"""
_RECORD = "insert into supabase_migrations.schema_migrations (version, statements, name) values (%s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the migrations folder."""

    version: str
    name: str
    script: str


def migrate(admin_url: str, *, migrations: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing and return the versions applied. Any number of processes may call it at once.

    A plain Postgres first gets what Supabase's would have; a real Supabase is left as it is.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        plain = (
            connection.execute("select 1 from pg_roles where rolname = 'supabase_admin'").fetchone() is None
        )
        if plain:
            _bootstrap(connection, "1_before_migrations.sql")
        connection.execute(_RECORDS)
        rows = connection.execute("select version from supabase_migrations.schema_migrations").fetchall()
        recorded = {str(version) for (version,) in rows}
        missing = [each for each in read(migrations) if each.version not in recorded]
        for migration in missing:
            _apply(connection, migration)
        if plain:
            _bootstrap(connection, "2_after_migrations.sql")
        return [migration.version for migration in missing]


def bring_queue(admin_url: str) -> None:
    """Bring the tables of the queue of jobs, which belong to a library that the API has installed."""
    command = (str(ENVIRONMENTS["api"].python), "-m", "api_service.jobs.schema")
    done = subprocess.run(
        command, cwd=ROOT, env={"DATABASE_ADMIN_URL": admin_url}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failure(f"the queue of jobs cannot be brought: {done.stderr.strip()[-1000:]}")


def read(directory: Path) -> list[Migration]:
    """The migrations of a folder in the order in which they apply."""
    found = []
    for path in sorted(directory.glob("*.sql")):
        if not (name := _FILE_NAME.fullmatch(path.name)):
            raise Failure(f"{path} is not named like a migration", "name it YYYYMMDDHHMMSS_what_it_does.sql")
        found.append(Migration(name["version"], name["name"], path.read_text(encoding="utf-8")))
    return found


def give_login(admin_url: str, *, role: str, password: str) -> None:
    """Let the API's role log in with a password; migrations create it without one."""
    with psycopg.connect(admin_url) as connection:
        statement = sql.SQL("alter role {} login password {}")
        connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))


def _bootstrap(connection: psycopg.Connection, name: str) -> None:
    script = (BOOTSTRAP / name).read_text(encoding="utf-8")
    _execute(connection, script, f"embedded/bootstrap/{name}")


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    with connection.transaction():
        _execute(
            connection, f"reset all;\n{migration.script}", f"migration {migration.version}_{migration.name}"
        )
        connection.execute(_RECORD, [migration.version, split(migration.script), migration.name])
    connection.execute("reset all")


def _execute(connection: psycopg.Connection, script: str, what: str) -> None:
    try:
        with connection.transaction():
            connection.execute(script.encode())
    except psycopg.Error as failure:
        raise Failure(f"{what} failed: {str(failure).strip()}") from failure

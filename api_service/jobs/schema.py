"""Brings the tables of the queue into the database: those of the installed library, in a schema of their own.

    API_DATABASE_ADMIN_URL=... python -m api_service.jobs.schema

Doing it again changes nothing; with a newer library it applies what has changed between.
"""

import re
from importlib.metadata import version
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager
from psycopg import sql

from api_service.settings import SchemaSettings

SCHEMA = "procrastinate"
_ROLE = "intrascribe_api"
_ONE_AT_A_TIME = 7_304_119
_MIGRATION = re.compile(r"(?P<version>\d+\.\d+\.\d+)_(?P<order>\d+)_.*\.sql")
_GRANTS = (
    "grant usage on schema {schema} to {role}",
    "grant select, insert, update, delete on all tables in schema {schema} to {role}",
    "grant usage on all sequences in schema {schema} to {role}",
    "grant execute on all functions in schema {schema} to {role}",
)


def main() -> None:
    print(apply(SchemaSettings().database_admin_url.get_secret_value()))


def apply(admin_url: str) -> str:
    """Bring the tables to the installed library's form and say what was done."""
    installed = version("procrastinate")
    with psycopg.connect(admin_url) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        there = _applied(connection)
        if there == installed:
            return f"the queue of jobs is that of procrastinate {installed} already"
        if there is None:
            _run(connection, "create schema {schema}")
        _run(connection, "set local search_path = {schema}")
        for script in [SchemaManager.get_schema()] if there is None else _since(there):
            connection.execute(script.encode())
        for grant in _GRANTS:
            _run(connection, grant)
        connection.execute(
            sql.SQL("comment on schema {} is {}").format(sql.Identifier(SCHEMA), sql.Literal(installed))
        )
    return f"the queue of jobs is that of procrastinate {installed} now"


def _applied(connection: psycopg.Connection) -> str | None:
    """The version that the tables are of; None where there are none."""
    row = connection.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [SCHEMA]
    ).fetchone()
    return str(row[0]) if row else None


def _since(applied: str) -> list[str]:
    """The library's own changes after a version, in their order."""
    found = [
        (_numbers(name["version"]), name["order"], file.read_text(encoding="utf-8"))
        for file in Path(SchemaManager.get_migrations_path()).iterdir()
        if (name := _MIGRATION.fullmatch(file.name))
    ]
    return [script for number, _, script in sorted(found) if number > _numbers(applied)]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _run(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(sql.SQL(statement).format(schema=sql.Identifier(SCHEMA), role=sql.Identifier(_ROLE)))


if __name__ == "__main__":
    main()

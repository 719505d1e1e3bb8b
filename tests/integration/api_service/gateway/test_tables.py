"""No table gives anything of an account to anybody else, whoever he says he is."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from tests.integration.api_service.gateway import belongings
from tests.integration.api_service.gateway.belongings import Belongings
from tests.servers import Servers

pytestmark = pytest.mark.integration

Connection = psycopg.Connection[tuple[object, ...]]
Become = Callable[[Connection, str], None]


def another_account(connection: Connection, user_id: str) -> None:
    claims = json.dumps({"sub": user_id, "role": "authenticated"})
    connection.execute("set local role authenticated")
    connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])


def an_account_without_claims(connection: Connection, _: str) -> None:
    connection.execute("set local role authenticated")


def the_login_of_the_api(_: Connection, __: str) -> None:
    """As which every connection begins."""


STRANGERS: list[Become] = [another_account, an_account_without_claims, the_login_of_the_api]


@pytest.fixture(scope="module")
def of_ada(servers: Servers) -> Belongings:
    owner = belongings.account(servers.database_admin_url, "tables-ada")
    return belongings.make(servers.database_admin_url, owner=owner)


@pytest.fixture(scope="module")
def stranger(servers: Servers) -> str:
    return belongings.account(servers.database_admin_url, "tables-stranger")


def test_there_is_a_row_to_look_for_in_every_table(of_ada: Belongings) -> None:
    assert of_ada.rows.keys() == of_ada.keys.keys(), "add the missing tables to belongings.py"


@pytest.mark.parametrize("become", STRANGERS, ids=lambda become: become.__name__)
def test_nobody_else_reads_changes_or_removes_a_row(
    servers: Servers, of_ada: Belongings, stranger: str, become: Become
) -> None:
    before = belongings.stored(servers.database_admin_url, of_ada)
    assert all(before.values())
    for table in of_ada.rows:
        for name, statement in _attempts(of_ada, table):
            with _as(servers, become, stranger) as connection:
                assert _reached(connection, statement) == 0, f"{name} {table}"
    assert belongings.stored(servers.database_admin_url, of_ada) == before


def test_the_owner_reads_the_row_of_every_table(servers: Servers, of_ada: Belongings) -> None:
    owner = str(of_ada.rows["users"]["id"])
    for table in of_ada.rows:
        with _as(servers, another_account, owner) as connection:
            statement = sql.SQL("select * from {} where {}").format(
                sql.Identifier("public", table), of_ada.is_row(table)
            )
            assert _reached(connection, statement) == 1, table


def _attempts(of_ada: Belongings, table: str) -> Iterator[tuple[str, sql.Composed]]:
    name, is_row = sql.Identifier("public", table), of_ada.is_row(table)
    yield "read", sql.SQL("select * from {} where {}").format(name, is_row)
    yield "count", sql.SQL("select 1 from {} where {} for update").format(name, is_row)
    yield "remove", sql.SQL("delete from {} where {}").format(name, is_row)
    for column in of_ada.rows[table]:
        change = sql.SQL("update {} set {column} = {column} where {}")
        yield f"change {column}", change.format(name, is_row, column=sql.Identifier(column))


@contextmanager
def _as(servers: Servers, become: Become, user_id: str) -> Iterator[Connection]:
    """A transaction as somebody, undone at the end."""
    with psycopg.connect(servers.database_url) as connection:
        become(connection, user_id)
        yield connection
        connection.rollback()


def _reached(connection: Connection, statement: sql.Composed) -> int:
    """How many rows a statement finds; none when it is not even allowed, or when nobody could do it."""
    try:
        return connection.execute(statement).rowcount
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.GeneratedAlways):
        return 0

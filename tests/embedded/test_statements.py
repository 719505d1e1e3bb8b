"""How a migration is cut into statements."""

import pytest

from embedded.statements import split


def test_statements_lose_their_semicolons_and_keep_the_comments_before_them() -> None:
    assert split("select 1;\n-- why; not\nselect 2;\n") == ["select 1", "-- why; not\nselect 2"]


def test_the_last_statement_needs_no_semicolon() -> None:
    assert split("select 1; select 2") == ["select 1", "select 2"]


@pytest.mark.parametrize("nothing", ["", "  \n", ";;", "\n;\n"])
def test_nothing_is_no_statement(nothing: str) -> None:
    assert split(nothing) == []


@pytest.mark.parametrize(
    "statement",
    [
        "select 'a;b''c;d'",
        r"select E'it\'s; fine'",
        'select 1 as "a;b"',
        "select $$ a; b $$",
        "do $body$ begin perform 1; perform '$$;'; end $body$",
        "select 1 /* a; /* nested; */ b; */ + 1",
        "select 1 -- a; b\n + 1",
        "create function f() returns int begin atomic select case when true then 1 end; select 2; end",
        "select a$b$c, 1",
    ],
)
def test_a_semicolon_inside_something_ends_nothing(statement: str) -> None:
    assert split(f"{statement};\nselect 2;") == [statement, "select 2"]

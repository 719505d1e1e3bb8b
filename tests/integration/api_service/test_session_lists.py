"""Lists of sessions: pages, sorting, filters, search, and what makes no sense."""

from collections.abc import AsyncIterator
from typing import Protocol

import psycopg
import pytest

from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

PATH = "/api/v1/sessions"


class Librarian(Protocol):
    """Gives an account sessions with these titles, a minute between them, the last the newest."""

    def __call__(self, person: Person, *titles: str, **columns: object) -> None: ...


@pytest.fixture
async def shelve(servers: Servers) -> AsyncIterator[Librarian]:
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:

        def add(person: Person, *titles: str, **columns: object) -> None:
            values = {"language": "en-US", "created_at": None, **columns}
            for number, title in enumerate(titles):
                row = {"user_id": person.id, "title": title, **values}
                row["created_at"] = row["created_at"] or f"2026-11-01T12:{number:02}:00Z"
                names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
                admin.execute(
                    f"insert into public.recording_sessions ({names}) values ({places})".encode(), row
                )

        yield add


async def titles(person: Person, query: str = "") -> list[str]:
    answer = await person.send("GET", f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    return [session["title"] for session in answer.json()]


async def pages(person: Person, query: str) -> list[list[str]]:
    """All pages, each reached by the link of the page before."""
    found: list[list[str]] = []
    address: str | None = f"{PATH}?{query}"
    while address is not None:
        answer = await person.send("GET", address)
        assert answer.status_code == 200, answer.text
        found.append([session["title"] for session in answer.json()])
        link = answer.links.get("next")
        address = link["url"] if link else None
    return found


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
async def test_the_whole_list_is_counted_when_asked_and_the_last_page_leads_nowhere(
    ada: Person, shelve: Librarian, path: str
) -> None:
    shelve(ada, "a", "b", "c")
    assert "x-total-count" not in (await ada.get(path, limit=2)).headers
    answer = await ada.get(path, limit=2, count=True)
    assert answer.headers["x-total-count"] == "3"
    assert answer.links["next"]["url"].startswith(f"{path}?limit=2&count=true&cursor=")
    last = await ada.send("GET", answer.links["next"]["url"])
    assert [session["title"] for session in last.json()] == ["a"]
    assert last.headers["x-total-count"] == "3"
    assert "link" not in last.headers


async def test_pages_that_end_with_the_list_have_no_empty_page_after_them(
    ada: Person, shelve: Librarian
) -> None:
    shelve(ada, "a", "b", "c", "d")
    assert await pages(ada, "limit=2") == [["d", "c"], ["b", "a"]]


async def test_nothing_is_missed_or_doubled_while_sessions_come(ada: Person, shelve: Librarian) -> None:
    shelve(ada, "a", "b", "c", "d")
    first = await ada.get(PATH, limit=2)
    shelve(ada, "new", created_at="2026-11-02T00:00:00Z")
    second = await ada.send("GET", first.links["next"]["url"])
    assert [session["title"] for session in second.json()] == ["b", "a"]


async def test_sessions_of_the_same_instant_are_all_found(ada: Person, shelve: Librarian) -> None:
    shelve(ada, *"abcdefg", created_at="2026-11-01T12:00:00Z")
    found = await pages(ada, "limit=2")
    assert sorted(title for page in found for title in page) == list("abcdefg")


@pytest.mark.parametrize("sort", ["created_at", "updated_at", "started_at", "title", "duration_seconds"])
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_every_sorting_leads_through_all_pages(
    ada: Person, bob: Person, shelve: Librarian, sort: str, order: str
) -> None:
    shelve(ada, "B 2", "a 1", "会议")
    shelve(ada, "c 3", started_at="2026-11-01T12:00:00Z", duration_seconds=0.1)
    shelve(ada, "d 4", started_at="2026-11-01T12:00:00.000001Z", duration_seconds=90)
    joined = (await bob.new_session("Bob's")).get("invite_code")
    await ada.post(f"{PATH}/join", {"invite_code": joined})
    whole = await titles(ada, f"sort={sort}&order={order}")
    assert len(whole) == 6
    found = await pages(ada, f"sort={sort}&order={order}&limit=2")
    assert [title for page in found for title in page] == whole


async def test_titles_are_sorted_without_regard_to_case(ada: Person, shelve: Librarian) -> None:
    shelve(ada, "b", "C", "a")
    assert await titles(ada, "sort=title&order=asc") == ["a", "b", "C"]


async def test_what_has_no_duration_comes_last_when_the_longest_come_first(
    ada: Person, shelve: Librarian
) -> None:
    shelve(ada, "unheld")
    shelve(ada, "empty", duration_seconds=0)
    shelve(ada, "long", duration_seconds=3600)
    assert await titles(ada, "sort=duration_seconds") == ["long", "empty", "unheld"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=budget", ["Budget 2027"]),
        ("q=BUDGET%20%202027", ["Budget 2027"]),
        ("q=budget%20garden", []),
        ("q=预算", ["季度预算会议"]),
        ("q=会议", ["季度预算会议"]),
        ("q=hiring", ["Weekly"]),
        ("q=100%25", ["Discount"]),
        ("q=_", []),
        ("q=%5C", []),
        ("q=finance", ["Budget 2027"]),
        ("q=", ["季度预算会议", "Discount", "Weekly", "Budget 2027"]),
        ("q=%20", ["季度预算会议", "Discount", "Weekly", "Budget 2027"]),
    ],
)
async def test_words_are_searched_in_titles_descriptions_and_tags(
    ada: Person, shelve: Librarian, query: str, found: list[str]
) -> None:
    shelve(ada, "Budget 2027", tags=["finance", "q4"], created_at="2026-11-01T12:00:00Z")
    shelve(ada, "Weekly", description="Hiring and plans", created_at="2026-11-01T12:01:00Z")
    shelve(ada, "Discount", description="100% off", created_at="2026-11-01T12:02:00Z")
    shelve(ada, "季度预算会议", created_at="2026-11-01T12:03:00Z")
    assert await titles(ada, query) == found
    assert (await ada.send("GET", f"{PATH}?{query}&count=true")).headers["x-total-count"] == str(len(found))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=completed", ["done"]),
        ("status=completed&status=archived", ["old", "done"]),
        ("language=en", ["done"]),
        ("language=en-us", ["done"]),
        ("language=zh", ["old", "new"]),
        ("language=zh-Hant", ["old"]),
        ("tag=a", ["old", "done"]),
        ("tag=a&tag=b", ["done"]),
        ("role=participant", []),
        ("role=owner&tag=b", ["done"]),
        ("created_from=2026-11-01T12:01:00Z", ["old", "done"]),
        ("created_to=2026-11-01T12:01:00Z", ["new"]),
        ("created_from=2026-11-01T13:01:00%2B01:00&created_to=2026-11-01T12:01:00.000001Z", ["done"]),
    ],
)
async def test_lists_are_filtered(ada: Person, shelve: Librarian, query: str, found: list[str]) -> None:
    shelve(ada, "new", language="zh-CN", created_at="2026-11-01T12:00:00Z")
    shelve(ada, "done", status="completed", tags=["a", "b"], created_at="2026-11-01T12:01:00Z")
    shelve(
        ada, "old", status="archived", language="zh-Hant-TW", tags=["a"], created_at="2026-11-01T12:02:00Z"
    )
    assert await titles(ada, query) == found


async def test_filters_go_along_to_the_next_page(ada: Person, shelve: Librarian) -> None:
    shelve(ada, *"abcde", tags=["x", "y"])
    shelve(ada, "other")
    found = await pages(ada, "tag=x&tag=y&limit=2&q=&created_from=2026-01-01T00:00:00%2B01:00")
    assert found == [["e", "d"], ["c", "b"], ["a"]]


async def test_a_participant_finds_the_sessions_of_others_by_role(ada: Person, bob: Person) -> None:
    session = await ada.new_session("Ada's")
    await bob.new_session("Bob's")
    await bob.post(f"{PATH}/join", {"invite_code": session["invite_code"]})
    assert await titles(bob, "role=participant") == ["Ada's"]
    assert await titles(bob, "role=owner") == ["Bob's"]
    assert await titles(bob, "sort=title&order=asc") == ["Ada's", "Bob's"]


async def test_a_cursor_shows_nobody_the_sessions_of_others(
    ada: Person, bob: Person, shelve: Librarian
) -> None:
    shelve(ada, "a", "b", "c")
    first = await ada.get(PATH, limit=1)
    assert (await bob.send("GET", first.links["next"]["url"])).json() == []


@pytest.mark.parametrize(
    "query",
    [
        "status=finished",
        "sort=user_id",
        "sort=created_at%20desc",
        "order=down",
        "role=admin",
        "language=english!",
        "tag=",
        "created_from=2026-11-01T12:00:00",
        "created_from=yesterday",
        "created_from=2026-11-02T00:00:00Z&created_to=2026-11-01T00:00:00Z",
        "q=a%00b",
        f"q={'x' * 201}",
        "cursor=nonsense",
        "cursor=",
        f"cursor={'x' * 3000}",
    ],
)
async def test_what_makes_no_sense_is_a_problem_that_names_it(ada: Person, query: str) -> None:
    answer = await ada.send("GET", f"{PATH}?{query}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid-request"), answer.text
    assert isinstance(problem["detail"], str)
    assert query.partition("=")[0] in problem["detail"]


async def test_a_cursor_and_an_offset_exclude_each_other(ada: Person, shelve: Librarian) -> None:
    shelve(ada, "a", "b")
    link = (await ada.get(PATH, limit=1)).links["next"]["url"]
    answer = await ada.send("GET", f"{link}&offset=1")
    assert answer.status_code == 422
    assert "together" in answer.json()["detail"]

"""Clients that ask again for what they have are told so."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.middleware import Middleware

from api_service.gateway.entity_tags import EntityTags
from tests.api_service.gateway.layers import Served, client


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
async def http(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with client(served, Middleware(EntityTags)) as http:
        yield http


async def test_what_is_unchanged_is_not_sent_again(http: httpx.AsyncClient) -> None:
    first = await http.get("/api/v1/sessions")
    again = await http.get("/api/v1/sessions", headers={"if-none-match": first.headers["etag"]})
    assert first.json() == {"title": "Weekly"}
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "content-length" not in again.headers


async def test_what_changed_is_sent_with_another_tag(http: httpx.AsyncClient, served: Served) -> None:
    first = await http.get("/api/v1/sessions")
    served.answer = {"title": "Monthly"}
    again = await http.get("/api/v1/sessions", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.json()) == (200, {"title": "Monthly"})
    assert again.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("asked", ['"other", {tag}', "{strong}", "*"])
async def test_tags_match_in_every_way_they_may_be_named(http: httpx.AsyncClient, asked: str) -> None:
    tag = (await http.get("/a")).headers["etag"]
    named = asked.format(tag=tag, strong=tag.removeprefix("W/"))
    assert (await http.get("/a", headers={"if-none-match": named})).status_code == 304


async def test_a_tag_of_the_route_is_kept_and_compared(http: httpx.AsyncClient, served: Served) -> None:
    served.headers = {"etag": '"7"'}
    answer = await http.get("/a", headers={"if-none-match": '"7"'})
    assert (answer.status_code, answer.headers["etag"]) == (304, '"7"')


async def test_when_a_reply_was_given_is_no_change(http: httpx.AsyncClient, served: Served) -> None:
    tags = []
    for moment in ("10:00", "10:01"):
        served.answer = {"timestamp": moment, "status": "started"}
        tags.append((await http.get("/api/v2/tasks/1")).headers["etag"])
        tags.append((await http.get("/api/v1/other")).headers["etag"])
    assert tags[0] == tags[2]
    assert tags[1] != tags[3]


async def test_when_each_of_a_list_was_given_is_no_change(http: httpx.AsyncClient, served: Served) -> None:
    tags = []
    for moment in ("10:00", "10:01"):
        moments = [{"timestamp": moment, "step": step} for step in ("one", "two")]
        served.answer = {"tasks": moments}
        tags.append((await http.get("/api/v2/tasks")).headers["etag"])
    assert tags[0] == tags[1]


async def test_what_is_no_json_of_known_length_is_not_tagged(http: httpx.AsyncClient, served: Served) -> None:
    for answer in ("text", [b"[1,", b"2]"]):
        served.answer = answer
        response = await http.get("/a", headers={"if-none-match": "*"})
        assert (response.status_code, "etag" in response.headers) == (200, False)


async def test_what_is_not_read_is_not_tagged(http: httpx.AsyncClient) -> None:
    assert "etag" not in (await http.post("/a", headers={"if-none-match": "*"})).headers

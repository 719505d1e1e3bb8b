"""How every HTTP service is served."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

pytest.importorskip("fastapi", reason="an environment without FastAPI serves no HTTP")

import fastapi
from prometheus_client import REGISTRY
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.types import Message, Scope

from shared.errors import PROBLEM_MEDIA_TYPE, Forbidden, Unauthenticated, Unavailable
from shared.serving import install, while_connected

PATIENCE = 20.0


class Title(BaseModel):
    title: str


class Work:
    """Something that takes as long as the client waits."""

    def __init__(self) -> None:
        self.begun, self.given_up = asyncio.Event(), asyncio.Event()

    async def do(self) -> str:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up.set()
            raise
        return "never"


def make_app(work: Work) -> fastapi.FastAPI:
    app = fastapi.FastAPI()

    @app.post("/echo")
    async def echo(request: fastapi.Request) -> int:
        return len(await request.body())

    @app.post("/titles")
    async def titles(title: Title) -> str:
        return title.title

    @app.get("/fail/{how}")
    async def fail(how: str) -> None:
        raise {
            "forbidden": Forbidden("Not yours"),
            "unauthenticated": Unauthenticated("Who are you"),
            "unavailable": Unavailable("Soon"),
        }.get(how) or RuntimeError("the secret of the house")

    @app.post("/work")
    async def long_work(request: fastapi.Request) -> str:
        await request.body()
        return await while_connected(request, work.do())

    @app.post("/quick")
    async def quick_work(request: fastapi.Request) -> str:
        await request.body()
        return await while_connected(request, asyncio.sleep(0, "done"))

    @app.post("/files/{name}")
    async def files(name: str, request: fastapi.Request) -> int:
        return sum([len(piece) async for piece in request.stream()])

    install(app, service="test", max_body_bytes=1000, larger_bodies={"/files/": 5000})
    return app


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app(Work()))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield http


@pytest.mark.parametrize(
    ("how", "status", "code", "header"),
    [
        ("forbidden", 403, "forbidden", {}),
        ("unauthenticated", 401, "unauthenticated", {"www-authenticate": "Bearer"}),
        ("unavailable", 503, "unavailable", {"retry-after": "1"}),
    ],
)
async def test_an_expected_failure_is_a_problem(
    http: httpx.AsyncClient, how: str, status: int, code: str, header: dict[str, str]
) -> None:
    answer = await http.get(f"/fail/{how}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM_MEDIA_TYPE)
    assert (answer.json()["code"], answer.json()["instance"]) == (code, f"/fail/{how}")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert header.items() <= dict(answer.headers).items()
    assert ("retry-after" in answer.headers) == answer.json()["retryable"]


async def test_an_unexpected_failure_tells_nothing_of_the_inside(http: httpx.AsyncClient) -> None:
    answer = await http.get("/fail/badly")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "secret" not in answer.text


async def test_what_is_not_served_is_a_problem_too(http: httpx.AsyncClient) -> None:
    missing, wrong = await http.get("/nowhere"), await http.get("/echo")
    assert (missing.status_code, missing.json()["code"]) == (404, "not-found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method-not-allowed")
    assert wrong.headers["allow"] == "POST"


async def test_input_that_does_not_parse_names_its_fields(http: httpx.AsyncClient) -> None:
    answer = await http.post("/titles", json={"title": 7})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert answer.json()["errors"] == [{"field": "body.title", "message": "Input should be a valid string"}]


async def test_a_request_id_is_kept_and_a_strange_one_replaced(http: httpx.AsyncClient) -> None:
    kept = await http.post("/echo", headers={"x-request-id": "abc-1.2"})
    replaced = await http.post("/echo", headers={"x-request-id": "a b"})
    assert kept.headers["x-request-id"] == "abc-1.2"
    assert len(replaced.headers["x-request-id"]) == 32


async def test_a_body_up_to_the_limit_is_taken(http: httpx.AsyncClient) -> None:
    assert (await http.post("/echo", content=bytes(1000))).json() == 1000


async def test_a_body_over_the_limit_is_refused_announced_or_not(http: httpx.AsyncClient) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield bytes(100)

    for content in (bytes(1001), unannounced()):
        answer = await http.post("/echo", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    answer = await http.post("/titles", content=unannounced(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_a_route_that_streams_has_a_limit_of_its_own(http: httpx.AsyncClient) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(51):
            yield bytes(100)

    assert (await http.post("/files/a", content=bytes(5000))).json() == 5000
    for content in (bytes(5001), unannounced()):
        answer = await http.post("/files/a", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert (await http.post("/echo", content=bytes(1001))).status_code == 413


async def test_requests_are_measured_by_route_and_not_by_path(http: httpx.AsyncClient) -> None:
    labels = {"service": "test", "route": "/fail/{how}", "method": "GET", "status": "403"}
    name = "intrascribe_request_seconds_count"
    before = REGISTRY.get_sample_value(name, labels) or 0
    await http.get("/fail/forbidden")
    assert REGISTRY.get_sample_value(name, labels) == before + 1
    assert name in (await http.get("/metrics")).text


async def test_work_for_a_client_who_waits_is_answered(http: httpx.AsyncClient) -> None:
    assert (await http.post("/quick", content=b"x")).json() == "done"


async def test_work_is_given_up_when_the_client_hangs_up() -> None:
    work, hung_up, sent = Work(), asyncio.Event(), []

    async def receive() -> Message:
        if not sent_body:
            sent_body.append(True)
            return {"type": "http.request", "body": b"x", "more_body": False}
        await hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    sent_body: list[bool] = []
    scope: Scope = {"type": "http", "method": "POST", "path": "/work", "headers": [], "query_string": b""}
    labels = {"service": "test", "route": "/work", "method": "POST", "status": "499"}
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        tasks.create_task(make_app(work)(scope, receive, send))
        await work.begun.wait()
        hung_up.set()
        await work.given_up.wait()
    assert sent == []
    assert REGISTRY.get_sample_value("intrascribe_request_seconds_count", labels) == 1


async def test_work_is_given_up_when_the_server_gives_up() -> None:
    work = Work()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing arrives")

    request = fastapi.Request({"type": "http"}, receive)
    serving = asyncio.create_task(while_connected(request, work.do()))
    async with asyncio.timeout(PATIENCE):
        await work.begun.wait()
        serving.cancel()
        await asyncio.wait([serving])
    assert serving.cancelled()
    assert work.given_up.is_set()


async def test_what_the_work_raises_is_raised() -> None:
    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing arrives")

    async def fail() -> None:
        raise Forbidden("Not yours")

    with pytest.raises(Forbidden):
        await while_connected(fastapi.Request({"type": "http"}, receive), fail())


async def test_a_client_who_hangs_up_before_work_begins_is_told_nothing() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        await while_connected(fastapi.Request({"type": "http"}, receive), Work().do())


async def test_what_a_stopping_server_cancels_is_told_to_come_again() -> None:
    work = Work()
    app = make_app(work)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for is_stopping in (False, True):
            if is_stopping:
                app.state.stopping.begin()
            asking = asyncio.create_task(client.post("/work"))
            await asyncio.wait_for(work.begun.wait(), PATIENCE)
            work.begun.clear()
            asking.cancel()
            if is_stopping:
                answer = await asking
                assert (answer.status_code, answer.json()["code"]) == (503, "interrupted")
                assert answer.headers["retry-after"] == "2"
            else:
                with pytest.raises(asyncio.CancelledError):
                    await asking

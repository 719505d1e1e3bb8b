"""A POST that is sent again is answered again and done once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.types import Message, Receive, Scope, Send

from api_service.auth.verifier import Claims
from api_service.gateway.idempotency import Idempotency
from api_service.gateway.idempotency_store import IdempotencyStore, Kept, Running, name_of
from shared.clients.redis import connect
from tests.integration.api_service.conftest import Person, sign_in
from tests.integration.api_service.gateway.conftest import Serving
from tests.integration.api_service.jobs.services import recording
from tests.scripted import until
from tests.servers import Servers

pytestmark = pytest.mark.integration

PATH = "/api/v1/sessions"


async def post(person: Person, key: str, body: object, path: str = PATH) -> httpx.Response:
    return await person.api.post(path, json=body, headers=person.headers | {"idempotency-key": key})


async def count(person: Person) -> int:
    return len((await person.get(PATH)).json())


@pytest.fixture
def key() -> str:
    return uuid4().hex


async def test_a_repeated_request_is_answered_as_before_and_done_once(ada: Person, key: str) -> None:
    first = await post(ada, key, {"title": "Once"})
    again = await post(ada, key, {"title": "Once"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    assert await count(ada) == 1


async def test_both_spellings_of_a_collection_are_one_address(ada: Person, key: str) -> None:
    first = await post(ada, key, {"title": "Once"})
    assert (await post(ada, key, {"title": "Once"}, path=f"{PATH}/")).json() == first.json()


async def test_a_key_belongs_to_one_body(ada: Person, key: str) -> None:
    await post(ada, key, {"title": "Once"})
    for other in ({"title": "Another"}, {"title": "A much longer title than the first one"}):
        answer = await post(ada, key, other)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert await count(ada) == 1


async def test_a_key_belongs_to_one_account_and_one_address(ada: Person, bob: Person, key: str) -> None:
    first = await post(ada, key, {"title": "Once"})
    other = await post(bob, key, {"title": "Once"})
    elsewhere = await post(ada, key, {"title": "Once"}, path="/api/v1/livekit/connection-details")
    assert first.json()["id"] != other.json()["id"]
    assert elsewhere.json()["roomName"]


async def test_many_at_once_are_done_once(ada: Person, key: str) -> None:
    answers = await asyncio.gather(*(post(ada, key, {"title": "Once"}) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    refused = [answer for answer in answers if answer.status_code == 409]
    assert all(answer.json()["code"] == "request-in-progress" for answer in refused)
    assert all(answer.headers["retry-after"] for answer in refused)
    assert await count(ada) == 1


async def test_what_was_refused_may_be_tried_again_with_its_key(ada: Person, key: str) -> None:
    assert (await post(ada, key, {"title": ""})).status_code == 422
    assert (await post(ada, key, {"title": "Better"})).status_code == 200


@pytest.mark.parametrize("bad", ["", " ", "a b", "x" * 256])
async def test_what_is_no_key_is_refused(ada: Person, bad: str) -> None:
    answer = await post(ada, bad, {"title": "Once"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-idempotency-key")


async def test_a_key_opens_nothing_without_a_token(ada: Person, key: str) -> None:
    await post(ada, key, {"title": "Once"})
    answer = await ada.api.post(PATH, json={"title": "Once"}, headers={"idempotency-key": key})
    assert answer.status_code == 401


async def test_while_redis_is_away_the_promise_is_not_made(serving: Serving, key: str) -> None:
    async with serving(redis_url=SecretStr("redis://127.0.0.1:9/0")) as api:
        person = await sign_in(api, "ada")
        answer = await post(person, key, {"title": "Once"})
        assert (answer.status_code, answer.json()["retryable"]) == (503, True)
        assert await count(person) == 0
        assert (await person.post(PATH, {"title": "Unkeyed"})).status_code == 200


async def test_nothing_is_kept_for_longer_than_a_day(ada: Person, servers: Servers, key: str) -> None:
    await post(ada, key, {"title": "Once"})
    redis: Redis = connect(servers.redis_url)
    try:
        left = await redis.ttl(name_of(user_id=UUID(ada.id), path=f"{PATH}?", key=key))
    finally:
        await redis.aclose()
    assert 86_000 < left <= 86_400


async def test_an_upload_that_is_sent_again_is_the_same_with_another_boundary(ada: Person, key: str) -> None:
    session = await ada.new_session()

    async def send(boundary: str, content: bytes) -> httpx.Response:
        headers = {"idempotency-key": key, "content-type": f"multipart/form-data; boundary={boundary}"}
        path = f"/api/v1/audio/upload?session_id={session['id']}"
        files = {"file": ("a.wav", content, "audio/wav")}
        return await ada.api.post(path, files=files, headers=ada.headers | headers)

    first = await send("one", recording(1, seconds=2))
    assert first.status_code == 200, first.text
    again = await send("anotherone", recording(1, seconds=2))
    assert (again.status_code, again.content) == (200, first.content), again.text
    assert (await send("third", recording(0, seconds=2))).json()["code"] == "idempotency-key-reused"


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    async with aclosing(connect(servers.redis_url)) as client:
        yield client


async def test_a_request_is_known_to_run_for_as_long_as_it_does(redis: Redis, key: str) -> None:
    """However long that is beside the time for which a mark lasts by itself."""
    ended, asked = asyncio.Event(), 0

    async def app(_: Scope, __: Receive, send: Send) -> None:
        nonlocal asked
        asked += 1
        await ended.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    layer = Idempotency(app, running_seconds=0.9)
    first = asyncio.create_task(_ask(layer, redis, key))
    await until(lambda: asked == 1)
    await _renewed(redis, name_of(user_id=_SOMEBODY, path="/slow?", key=key), times=4)
    assert (await _ask(layer, redis, key))["status"] == 409
    ended.set()
    assert [(await each)["status"] for each in (first, asyncio.create_task(_ask(layer, redis, key)))] == [
        *(200, 200)
    ]
    assert asked == 1


async def test_what_ends_late_takes_no_mark_of_another_away(redis: Redis, key: str) -> None:
    late, other = IdempotencyStore(redis), IdempotencyStore(redis)
    assert await late.begin(key) is None
    await redis.delete(key)
    assert await other.begin(key) is None
    assert not await late.renew(key)
    await late.release(key)
    await late.finish(key, Kept(fingerprint=None, length=0, status=200, headers={}, content=""))
    assert await IdempotencyStore(redis).begin(key) == Running()
    await other.release(key)
    assert await redis.get(key) is None


_SOMEBODY = UUID(int=7)


async def _renewed(redis: Redis, name: str, *, times: int) -> None:
    """Wait until a mark has been made to last longer so many times."""
    left = await redis.pttl(name)
    async with asyncio.timeout(40):
        while times:
            before, left = left, await redis.pttl(name)
            times -= left > before


async def _ask(layer: Idempotency, redis: Redis, key: str) -> Message:
    """The beginning of the answer to a keyed POST of somebody known."""
    claims = Claims(user_id=_SOMEBODY, role="authenticated", expires_at=0.0)
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/slow",
        "query_string": b"",
        "headers": [(b"idempotency-key", key.encode())],
        "state": {"runtime": SimpleNamespace(redis=redis), "identity": claims, "request_id": "a"},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await layer(scope, receive, send)
    return sent[0]

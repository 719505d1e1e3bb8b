"""JSON that nobody means well with."""

import pytest

from tests.integration.api_service.conftest import Person

pytestmark = pytest.mark.integration

HOSTILE = {
    "lists without an end": b"[" * 100_000,
    "deep lists": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"title":' * 20_000 + b"1" + b"}" * 20_000,
    "a number of many digits": b'{"title": ' + b"9" * 100_000 + b"}",
    "no number": b'{"title": NaN}',
    "endless": b'{"title": 1e999}',
    "half a character": b'{"title": "\\ud800"}',
    "a NUL": b'{"title": "\\u0000"}',
    "bytes that are no text": b'{"title": "\xff\xfe"}',
    "two values": b'{"title": "a"} {}',
    "nothing": b"",
    "a text": b'"title"',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/livekit/connection-details"])
async def test_hostile_json_is_refused(ada: Person, path: str, body: bytes) -> None:
    headers = ada.headers | {"content-type": "application/json"}
    answer = await ada.api.post(path, content=body, headers=headers)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await ada.get("/api/v1/sessions")).json() == []


async def test_what_is_taken_and_ignored_may_be_deep_and_harms_nothing(ada: Person) -> None:
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    answer = await ada.post("/api/v1/livekit/connection-details", {"room_config": deep})
    assert answer.status_code == 200

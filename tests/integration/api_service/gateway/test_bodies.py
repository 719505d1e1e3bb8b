"""JSON that nobody means well with."""

import re
from uuid import UUID

import pytest

from tests.integration.api_service.conftest import Person
from tests.integration.api_service.gateway.running import OPERATIONS

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


def _takes_json(name: str) -> bool:
    body = OPERATIONS[name].definition.raw.get("requestBody", {})
    return OPERATIONS[name].path.startswith("/api/") and "application/json" in body.get("content", {})


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/livekit/connection-details"])
async def test_hostile_json_is_refused(ada: Person, path: str, body: bytes) -> None:
    headers = ada.headers | {"content-type": "application/json"}
    answer = await ada.api.post(path, content=body, headers=headers)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await ada.get("/api/v1/sessions")).json() == []


@pytest.mark.parametrize("name", [name for name in OPERATIONS if _takes_json(name)])
async def test_bytes_that_are_no_text_are_a_bad_request_everywhere(ada: Person, name: str) -> None:
    operation = OPERATIONS[name]
    path = re.sub(r"\{[^}]+\}", str(UUID(int=0)), operation.path)
    headers = ada.headers | {"content-type": "application/json"}
    answer = await ada.api.request(operation.method, path, content=b'{"text": "\xff\xfe"}', headers=headers)
    assert answer.status_code == 400, answer.text
    assert (answer.headers["content-type"], answer.json()["code"]) == (
        "application/problem+json",
        "bad-request",
    )
    assert "400" in operation.definition.raw["responses"]


async def test_what_is_taken_and_ignored_may_be_deep_and_harms_nothing(ada: Person) -> None:
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    answer = await ada.post("/api/v1/livekit/connection-details", {"room_config": deep})
    assert answer.status_code == 200

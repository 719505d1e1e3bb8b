"""How often one account or one address may ask."""

from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import Message, Scope

from tests.integration.api_service.conftest import sign_in
from tests.integration.api_service.gateway.conftest import Serving

pytestmark = pytest.mark.integration

SESSIONS = "/api/v1/sessions"
WINDOW = "hour"
"""Longer than any test, so that no window ends within one."""


def elsewhere() -> str:
    """An address that no other test asks from."""
    return f"fd00::{uuid4().hex[:4]}:{uuid4().hex[:4]}"


async def test_an_account_is_told_what_it_has_left_and_refused_when_that_is_nothing(serving: Serving) -> None:
    async with serving(rate_limits=True, rate_limit_reads=f"2/{WINDOW}") as api:
        ada, bob = await sign_in(api, "ada"), await sign_in(api, "bob")
        first, second, third = [await ada.get(SESSIONS) for _ in range(3)]
        assert [each.status_code for each in (first, second, third)] == [200, 200, 429]
        assert first.headers["ratelimit-policy"] == '"reads";q=2;w=3600'
        assert first.headers["ratelimit"].startswith('"reads";r=1;t=')
        assert third.headers["ratelimit"].startswith('"reads";r=0;t=')
        assert (third.json()["code"], third.json()["retryable"]) == ("too-many-requests", True)
        assert 1 <= int(third.headers["retry-after"]) <= 3600
        assert (await bob.get(SESSIONS)).status_code == 200
        assert (await ada.post(SESSIONS, {"title": "Another budget"})).status_code == 200


async def test_processes_count_together(serving: Serving) -> None:
    settings = {"rate_limits": True, "rate_limit_writes": f"1/{WINDOW}"}
    async with serving(**settings) as one, serving(**settings) as other:
        ada = await sign_in(one, "ada")
        assert (await ada.post(SESSIONS, {"title": "One"})).status_code == 200
        answer = await other.post(SESSIONS, json={"title": "Two"}, headers=ada.headers)
        assert answer.status_code == 429


async def test_who_is_unknown_is_counted_by_address_also_with_a_wrong_token(serving: Serving) -> None:
    async with serving(address=elsewhere(), rate_limits=True, rate_limit_anonymous=f"2/{WINDOW}") as api:
        nonsense = {"authorization": "Bearer nonsense"}
        assert (await api.get(SESSIONS)).status_code == 401
        assert (await api.get(SESSIONS, headers=nonsense)).status_code == 401
        assert (await api.get(SESSIONS, headers=nonsense)).status_code == 429
    async with serving(address=elsewhere(), rate_limits=True, rate_limit_anonymous=f"2/{WINDOW}") as api:
        assert (await api.get(SESSIONS)).status_code == 401


async def test_signing_in_has_a_budget_of_its_own(serving: Serving) -> None:
    limits = {"rate_limits": True, "rate_limit_sign_in": f"1/{WINDOW}"}
    # From another machine it is refused anyway, and still counted.
    async with serving(address=elsewhere(), **limits) as api:
        path, body = "/api/v1/auth/development-token", {"email": "a@example.com"}
        statuses = [(await api.post(path, json=body)).status_code for _ in range(2)]
        assert statuses == [403, 429]
        assert (await api.get("/api/v1/auth/config")).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/metrics", "/api/v2/tasks/unknown", "/app/"])
async def test_what_is_polled_is_never_refused(serving: Serving, path: str) -> None:
    async with serving(address=elsewhere(), rate_limits=True, rate_limit_anonymous=f"1/{WINDOW}") as api:
        for _ in range(3):
            answer = await api.get(path)
            assert answer.status_code != 429
            assert "ratelimit" not in answer.headers


async def test_the_address_behind_a_proxy_is_believed_of_trusted_proxies_alone(serving: Serving) -> None:
    proxy, visitor, forged = elsewhere(), elsewhere(), elsewhere()
    limits = {"rate_limits": True, "rate_limit_anonymous": f"1/{WINDOW}"}

    async def ask(api: httpx.AsyncClient, forwarded: str) -> int:
        return (await api.get("/info", headers={"x-forwarded-for": forwarded})).status_code

    async with serving(address=proxy, trusted_proxies=(f"{proxy}/128",), **limits) as api:
        assert await ask(api, visitor) == 200
        # What a visitor writes himself comes first; the proxy adds the address that it sees.
        assert await ask(api, f"{forged}, {visitor}") == 429
    async with serving(address=elsewhere(), **limits) as api:
        assert [await ask(api, forged), await ask(api, visitor)] == [200, 429]


async def test_while_redis_is_away_requests_pass(serving: Serving) -> None:
    away = SecretStr("redis://127.0.0.1:9/0")
    async with serving(rate_limits=True, rate_limit_reads=f"1/{WINDOW}", redis_url=away) as api:
        ada = await sign_in(api, "ada")
        answers = [await ada.get(SESSIONS) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 200]
    assert all("ratelimit" not in each.headers for each in answers)


async def test_limits_can_be_taken_away_one_by_one_or_together(serving: Serving) -> None:
    for changed in ({"rate_limits": False}, {"rate_limits": True, "rate_limit_reads": ""}):
        async with serving(**changed) as api:
            ada = await sign_in(api, "ada")
            assert "ratelimit" not in (await ada.get(SESSIONS)).headers


@pytest.mark.parametrize("path", ["/api/v2/tasks/unknown/ws", "/api/v1/realtime/sessions/unknown/ws"])
async def test_opening_a_socket_is_counted_by_address_until_somebody_is_known(
    serving: Serving, path: str
) -> None:
    address = elsewhere()
    limits = {"rate_limit_anonymous": f"2/{WINDOW}", "rate_limit_reads": f"1/{WINDOW}"}
    async with serving(rate_limits=True, **limits) as api:
        first, second, third = [await handshake(api, path, address) for _ in range(3)]
        assert 429 not in (first["status"], second["status"])
        assert (third["type"], third["status"]) == ("websocket.http.response.start", 429)
        assert b"retry-after" in dict(third["headers"])
        ada = await sign_in(api, "ada")
        statuses = [(await handshake(api, path, address, ada.token))["status"] for _ in range(2)]
        assert statuses == [404, 429]
        assert (await ada.get(SESSIONS)).status_code == 429


async def test_of_tasks_only_polling_is_free(serving: Serving) -> None:
    async with serving(address=elsewhere(), rate_limits=True, rate_limit_anonymous=f"1/{WINDOW}") as api:
        task = "/api/v2/tasks/unknown"
        assert (await api.get(f"{task}/events")).status_code == 401
        refused = [await api.get(f"{task}/events"), await api.delete(task), await api.get("/api/v2/tasks")]
        assert [each.status_code for each in refused] == [429, 429, 429]
        polled = [await api.get(task), await api.get(f"{task}/status")]
        assert [each.status_code for each in polled] == [401, 401]


async def handshake(api: httpx.AsyncClient, path: str, address: str, token: str | None = None) -> Message:
    """What a client that opens a socket and leaves is answered first; an acceptance has the status 101."""
    transport = api._transport
    assert isinstance(transport, httpx.ASGITransport)
    scope: Scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": path,
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode())] if token else [],
        "client": (address, 50_000),
        "server": ("127.0.0.1", 8000),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    coming: list[Message] = [{"type": "websocket.connect"}]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else {"type": "websocket.disconnect", "code": 1005}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    await transport.app(scope, receive, send)
    return {"status": 101} | dict(sent[0])

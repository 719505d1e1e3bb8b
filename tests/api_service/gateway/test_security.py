"""What browsers may do with our answers, and for whom we answer."""

import pytest
from pydantic import ValidationError
from starlette.middleware import Middleware
from starlette.types import Message, Receive, Scope, Send

from api_service.gateway.hosts import KnownHosts
from api_service.gateway.install import layers
from api_service.gateway.security import SecurityHeaders
from api_service.settings import ApiSettings
from tests.api_service.gateway.layers import Served, client


async def test_data_is_never_a_document_and_is_kept_by_nobody_else() -> None:
    async with client(Served(), Middleware(SecurityHeaders)) as http:
        read, written = await http.get("/api/v1/sessions"), await http.post("/api/v1/sessions")
    assert read.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert read.headers["x-content-type-options"] == "nosniff"
    assert read.headers["referrer-policy"] == "no-referrer"
    assert (read.headers["cache-control"], read.headers["vary"]) == ("private, no-cache", "Authorization")
    assert written.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in read.headers


async def test_what_a_route_decides_stays() -> None:
    served = Served()
    served.headers = {"content-security-policy": "default-src 'self'", "cache-control": "public"}
    async with client(served, Middleware(SecurityHeaders)) as http:
        headers = (await http.get("/api/v1/sessions")).headers
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["cache-control"] == "public"


async def test_browsers_are_kept_on_https_once_they_came_by_it() -> None:
    async with client(Served(), Middleware(SecurityHeaders), base_url="https://api.example") as http:
        assert "max-age=" in (await http.get("/")).headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("api.example", True),
        ("API.EXAMPLE:8000", True),
        ("eu.meet.example", True),
        ("meet.example", False),
        ("evilmeet.example", False),
        ("rebound.example", False),
        ("", False),
        ("[::1", False),
    ],
)
async def test_only_requests_to_our_own_names_are_served(host: str, served: bool) -> None:
    names = Middleware(KnownHosts, hosts=("api.example", "*.meet.example"))
    async with client(Served(), names) as http:
        answer = await http.get("/api/v1/sessions", headers={"host": host})
        assert (await http.get("/health", headers={"host": host})).status_code == 200
    assert answer.status_code == (200 if served else 400)
    assert served or answer.json()["code"] == "unknown-host"


async def test_sockets_are_only_opened_by_our_own_names() -> None:
    opened: list[Scope] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        opened.append(scope)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    for host in (b"api.example", b"rebound.example"):
        scope: Scope = {"type": "websocket", "path": "/", "headers": [(b"host", host)]}
        await KnownHosts(app, hosts=("api.example",))(scope, receive, send)
    assert (len(opened), [message["type"] for message in sent]) == (1, ["websocket.close"])


async def test_pages_of_listed_origins_may_use_the_api_and_no_others() -> None:
    cors = next(
        each for each in layers(ApiSettings(cors_origins=("https://meet.example",))) if _is_cors(each)
    )
    asking = {"access-control-request-method": "POST", "access-control-request-headers": "idempotency-key"}
    async with client(Served(), cors) as http:
        listed = await http.get("/", headers={"origin": "https://meet.example"})
        other = await http.get("/", headers={"origin": "https://evil.example"})
        before = await http.options("/", headers=asking | {"origin": "https://meet.example"})
        refused = await http.options("/", headers=asking | {"origin": "https://evil.example"})
    assert listed.headers["access-control-allow-origin"] == "https://meet.example"
    assert "RateLimit" in listed.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in other.headers
    assert (before.status_code, refused.status_code) == (200, 400)
    assert "access-control-allow-origin" not in refused.headers


def test_without_origins_no_page_of_another_origin_may_read_anything() -> None:
    assert not any(_is_cors(each) for each in layers(ApiSettings()))


@pytest.mark.parametrize(
    "origin", ["*", "meet.example", "https://meet.example/", "null", "https://*.example"]
)
def test_what_is_no_single_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError):
        ApiSettings.model_validate({"cors_origins": origin})


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_CORS_ORIGINS", "https://a.example, http://localhost:3000")
    monkeypatch.setenv("API_TRUSTED_PROXIES", "10.0.0.0/8,127.0.0.1")
    settings = ApiSettings()
    assert settings.cors_origins == ("https://a.example", "http://localhost:3000")
    assert settings.trusted_proxies == ("10.0.0.0/8", "127.0.0.1/32")


@pytest.mark.parametrize("limit", ["many", "0/minute", "10", "10/fortnight"])
def test_what_is_no_limit_is_refused(limit: str) -> None:
    with pytest.raises(ValidationError):
        ApiSettings(rate_limit_reads=limit)


def _is_cors(layer: Middleware) -> bool:
    return "CORS" in getattr(layer.cls, "__name__", "")

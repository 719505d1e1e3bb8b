"""The real API over real servers, and people who use it."""

import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from pydantic import SecretStr

from api_service.app import create_app
from api_service.jobs import schema as queue
from api_service.settings import ApiSettings
from tests.api_service.tokens import ISSUER, Signer
from tests.servers import Servers

BASE_URL = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A sign-in service as Supabase's: it publishes the key that its tokens are signed with."""

    signer: Signer
    keys_url: str


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    signer = Signer.elliptic()
    body = json.dumps({"keys": [signer.published]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests read their own output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Issuer(signer, f"http://127.0.0.1:{server.server_port}/jwks.json")
        server.shutdown()


@pytest.fixture(scope="session")
def settings(servers: Servers, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> ApiSettings:
    queue.apply(servers.database_admin_url)
    return ApiSettings(
        database_url=SecretStr(servers.database_url),
        redis_url=SecretStr(servers.redis_url),
        livekit_url=servers.livekit_url,
        livekit_api_key=servers.livekit_api_key,
        livekit_api_secret=SecretStr(servers.livekit_api_secret),
        stt_service_url="http://127.0.0.1:9",
        jwt_issuer=ISSUER,
        jwks_url=issuer.keys_url,
        development_key_file=tmp_path_factory.mktemp("api") / "key.pem",
        storage_url=(tmp_path_factory.mktemp("storage") / "files").as_uri(),
        web_directory=Path("does/not/exist"),
        rate_limits=False,
    )


@pytest.fixture(scope="session")
async def api(settings: ApiSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API that is nobody yet."""
    async with LifespanManager(create_app(settings)) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            yield client


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in."""

    id: str
    email: str
    token: str
    api: httpx.AsyncClient

    async def get(self, path: str, **params: str | int) -> httpx.Response:
        return await self.api.get(path, params=params, headers=self.headers)

    async def post(self, path: str, body: object) -> httpx.Response:
        return await self.api.post(path, json=body, headers=self.headers)

    async def send(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Any other method; a body of None is none at all."""
        content = None if body is None else json.dumps(body)
        kind = {} if body is None else {"content-type": "application/json"}
        return await self.api.request(method, path, content=content, headers=self.headers | kind)

    async def new_session(self, title: str = "Weekly") -> dict[str, str]:
        answer = await self.post("/api/v1/sessions", {"title": title, "language": "en-US"})
        assert answer.status_code == 200, answer.text
        session: dict[str, str] = answer.json()
        return session

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


async def sign_in(api: httpx.AsyncClient, name: str) -> Person:
    """A new account."""
    email = f"{name}-{uuid4().hex[:8]}@example.com"
    body = {"email": email, "full_name": name.title()}
    answer = await api.post("/api/v1/auth/development-token", json=body)
    assert answer.status_code == 200, answer.text
    return Person(answer.json()["user"]["id"], email, answer.json()["access_token"], api)


@pytest.fixture
async def ada(api: httpx.AsyncClient) -> Person:
    return await sign_in(api, "ada")


@pytest.fixture
async def bob(api: httpx.AsyncClient) -> Person:
    return await sign_in(api, "bob")


def stored(servers: Servers) -> list[tuple[object, ...]]:
    """How much is in every table and when it was last changed, so that a test can say that nothing was.

    Sessions that once met are left out: presence ends those that other tests have left behind.
    """
    unmet = "select id from public.recording_sessions where status = 'created'"
    tables = {
        "users": "true",
        "recording_sessions": f"id in ({unmet})",
        "transcriptions": f"session_id in ({unmet})",
        "transcript_segments": f"session_id in ({unmet})",
        "jobs": f"session_id in ({unmet})",
    }
    with psycopg.connect(servers.database_admin_url) as connection:
        return [
            row
            for table, chosen in tables.items()
            for row in connection.execute(
                f"select '{table}', count(*), max(updated_at) from public.{table} where {chosen}".encode()
            )
        ] + connection.execute("select 'members', count(*) from public.session_members").fetchall()

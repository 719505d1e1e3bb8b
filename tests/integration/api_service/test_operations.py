"""What the API says about itself and what it stands on."""

import time

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from pydantic import SecretStr

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import BASE_URL, Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

UNREACHABLE = "127.0.0.1:9"


async def test_health_names_the_part_that_does_not_answer(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/health")).json()
    assert answer["service_name"] == "Intrascribe API Service"
    assert answer["status"] == "degraded"
    assert answer["uptime_seconds"] > 0
    assert answer["details"] == {
        "database": {"status": "healthy"},
        "redis": {"status": "healthy", "connected": True},
        "livekit": {"status": "healthy"},
        "microservices": {"stt_service": "unreachable", "diarization_service": None},
    }


async def test_health_answers_soon_when_nothing_else_does(settings: ApiSettings) -> None:
    alone = settings.model_copy(
        update={
            "database_url": SecretStr(f"postgresql://nobody@{UNREACHABLE}/nothing"),
            "redis_url": SecretStr(f"redis://{UNREACHABLE}/0"),
            "livekit_url": f"ws://{UNREACHABLE}",
            "jwks_url": f"http://{UNREACHABLE}/jwks.json",
            "diarization_service_url": f"http://{UNREACHABLE}",
        }
    )
    async with LifespanManager(create_app(alone)) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            asked_at = time.monotonic()
            answer = await client.get("/health")
            assert time.monotonic() - asked_at < 4
            assert answer.status_code == 200
            details = answer.json()["details"]
    parts = (details["database"], details["redis"], details["livekit"])
    assert [part["status"] for part in parts] == ["unreachable"] * 3
    assert set(details["microservices"].values()) == {"unreachable"}


async def test_info_names_the_service_and_its_parts(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/info")).json()
    assert (answer["service"]["version"], answer["service"]["environment"]) == ("1.0.0", "development")
    assert answer["endpoints"]["sessions"] == "/api/v1/sessions"
    assert answer["microservices"] == {"stt_service": "unreachable", "diarization_service": None}


async def test_programs_are_welcomed_and_browsers_taken_to_the_page(api: httpx.AsyncClient) -> None:
    assert (await api.get("/")).json() == {
        "message": "Intrascribe API Service",
        "version": "1.0.0",
        "docs": "/docs",
        "health": "/health",
    }
    browser = await api.get("/", headers={"accept": "text/html,application/xhtml+xml"})
    assert (browser.status_code, browser.headers["location"]) == (307, "/app/")


async def test_unknown_paths_and_methods_are_problems(api: httpx.AsyncClient) -> None:
    for answer, status in ((await api.get("/nothing"), 404), (await api.delete("/api/v1/sessions"), 405)):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_description_shows_problems_as_they_are(api: httpx.AsyncClient) -> None:
    described = (await api.get("/openapi.json")).json()
    assert "/api/v1/sessions" in described["paths"]
    assert "/api/v1/sessions/" not in described["paths"]
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], (path, method, status)
    reading = described["paths"]["/api/v1/sessions/{session_id}"]["get"]["responses"]
    assert {"200", "401", "404", "422"} <= reading.keys()


async def test_lost_connections_to_the_database_are_replaced(ada: Person, servers: Servers) -> None:
    with psycopg.connect(servers.database_admin_url) as connection:
        ended = connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'intrascribe_api'"
        ).fetchall()
    assert ended
    assert (await ada.get("/api/v1/users/me")).status_code == 200

"""Every route, asked by nobody and by somebody else: nothing is given and nothing changes."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.gateway import belongings
from tests.integration.api_service.gateway.belongings import Belongings
from tests.integration.api_service.gateway.running import (
    OPERATIONS,
    AnyCase,
    cases,
    serving_on_a_port,
    token_for,
)
from tests.servers import Servers

pytestmark = pytest.mark.integration

OPEN = {
    "GET /",
    "GET /health",
    "GET /info",
    "GET /metrics",
    "GET /docs",
    "GET /redoc",
    "GET /openapi.json",
    "GET /app",
    "GET /.well-known/jwks.json",
    "GET /api/v1/auth/config",
    "POST /api/v1/auth/development-token",
}
"""What anybody may ask. Everything else needs a token."""

BY_LINK = {"GET /api/v1/audio/files/{file_id}", "PUT /api/v1/audio/files/{file_id}"}
"""What whoever holds a link may ask: a browser plays a file without a header."""

ROUTES = sorted(
    f"{method} {route.path}"
    for route in iter_route_contexts(create_app(ApiSettings()).routes)
    for method in (route.methods or set()) - {"HEAD"}
)
REFUSALS = {401, 403, 404}
EXAMPLES = 3
NOTHING = "3f0f4a4e-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Scene:
    """Ada has something everywhere, and a stranger is signed in."""

    address: str
    of_ada: Belongings
    stranger: dict[str, str]


@pytest.fixture(scope="module")
def scene(settings: ApiSettings, servers: Servers) -> Iterator[Scene]:
    with serving_on_a_port(settings) as address:
        owner, _ = token_for(address, "walked-ada")
        _, token = token_for(address, "walked-stranger")
        of_ada = belongings.make(servers.database_admin_url, owner=owner)
        yield Scene(address, of_ada, {"authorization": f"Bearer {token}"})


def test_only_these_routes_are_open() -> None:
    assert set(ROUTES) >= OPEN | BY_LINK


@pytest.mark.parametrize("route", [each for each in ROUTES if each not in OPEN | BY_LINK])
def test_without_a_token_a_route_is_closed(scene: Scene, route: str) -> None:
    method, address = _address(scene, route)
    answer = httpx.request(method, address, trust_env=False)
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("route", sorted(BY_LINK))
@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "invalid-request"),
        ("?token=guess", 403, "link-refused"),
        ("?token=9.9", 403, "link-refused"),
    ],
)
def test_a_file_is_closed_without_its_link(
    scene: Scene, route: str, query: str, status: int, code: str
) -> None:
    method, address = _address(scene, route)
    answer = httpx.request(method, address + query, headers=scene.stranger, trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if OPERATIONS[name].path.startswith("/api/")])
def test_a_stranger_reaches_nothing_by_a_route(scene: Scene, servers: Servers, name: str) -> None:
    before = belongings.stored(servers.database_admin_url, scene.of_ada)
    refused = set()
    for case in cases(name, count=EXAMPLES):
        aimed = _aim(case, scene.of_ada)
        answer = case.call(base_url=scene.address, headers=scene.stranger, timeout=10)
        assert not aimed or 400 <= answer.status_code < 500, answer.text
        assert str(scene.of_ada.rows["recording_sessions"]["invite_code"]) not in answer.text
        refused |= {answer.status_code} if aimed else REFUSALS
    assert refused & REFUSALS, "no request was good enough to be refused for whose it was"
    assert belongings.stored(servers.database_admin_url, scene.of_ada) == before


@pytest.mark.parametrize("name", [name for name in OPERATIONS if "{" in OPERATIONS[name].path])
def test_a_stranger_is_told_what_he_is_told_of_what_does_not_exist(scene: Scene, name: str) -> None:
    for case in cases(name, count=1):
        _aim(case, scene.of_ada)
        of_ada = case.call(base_url=scene.address, headers=scene.stranger, timeout=10)
        case.path_parameters = dict.fromkeys(case.path_parameters or {}, NOTHING)
        of_nobody = case.call(base_url=scene.address, headers=scene.stranger, timeout=10)
        assert of_ada.status_code == of_nobody.status_code
        assert of_ada.json()["code"] == of_nobody.json()["code"]


def _address(scene: Scene, route: str) -> tuple[str, str]:
    """The method of a route, and its address with what is Ada's in it."""
    method, _, path = route.partition(" ")
    parts = [
        scene.of_ada.parameter(part[1:].partition(":")[0].rstrip("}")) if part.startswith("{") else part
        for part in path.split("/")
    ]
    return method, scene.address + "/".join(parts)


def _aim(case: AnyCase, of_ada: Belongings) -> bool:
    """Point the request at what is Ada's; whether there was something to point."""
    case.headers.clear()
    case.path_parameters = {name: of_ada.parameter(name) for name in case.path_parameters or {}}
    mentioned = of_ada.mentioned(case.body) if isinstance(case.body, dict) else {}
    if isinstance(case.body, dict):
        case.body.update(mentioned)
    return bool(case.path_parameters or mentioned)

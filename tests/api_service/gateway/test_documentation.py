"""The description of the API says what every route may answer, and the pages that show it work."""

import base64
import re
from hashlib import sha256

import pytest
from fastapi.routing import iter_route_contexts

from api_service.app import create_app
from api_service.settings import ApiSettings

APP = create_app(ApiSettings())
OPERATIONS = {
    f"{method} {path}": operation
    for path, operations in APP.openapi()["paths"].items()
    for method, operation in operations.items()
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_how_it_can_fail(name: str) -> None:
    operation = OPERATIONS[name]
    documented = operation["responses"].keys()
    assert {"422"} <= documented
    if operation.get("security"):
        assert {"401", "503"} <= documented
    if "/tasks/" not in name and "webhook" not in name and "/health" not in name:
        assert "429" in documented
    if operation.get("requestBody"):
        assert "413" in documented
    for status, response in operation["responses"].items():
        if status >= "400":
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}, (name, status)


def test_creating_twice_can_be_avoided_and_is_documented() -> None:
    creating = OPERATIONS["post /api/v1/sessions"]
    assert "idempotency-key" in {parameter["name"] for parameter in creating["parameters"]}
    assert {"400", "409", "422"} <= creating["responses"].keys()


def test_everything_that_asks_who_it_is_says_so() -> None:
    refusing_nobody = {
        name
        for name, operation in OPERATIONS.items()
        if " /api/" in name and not operation.get("security") and "401" not in operation["responses"]
    }
    by_link = {"get /api/v1/audio/files/{file_id}", "put /api/v1/audio/files/{file_id}"}
    assert refusing_nobody == {"get /api/v1/auth/config", *by_link}


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_a_page_may_run_the_viewer_and_nothing_else(path: str) -> None:
    route = next(each for each in iter_route_contexts(APP.routes) if each.path == path)
    assert route.endpoint is not None
    response = await route.endpoint(None)
    page, policy = response.body.decode(), response.headers["content-security-policy"]
    scripts = dict(rule.split(" ", 1) for rule in policy.split("; "))["script-src"]
    assert "unsafe" not in scripts
    assert "http" not in scripts.replace("https://cdn.jsdelivr.net", "")
    for inline in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        assert base64.b64encode(sha256(inline.encode()).digest()).decode() in scripts


def test_the_description_can_be_closed() -> None:
    paths = {each.path for each in iter_route_contexts(create_app(ApiSettings(docs=False)).routes)}
    assert paths.isdisjoint({"/docs", "/redoc", "/openapi.json"})
    assert "/api/v1/sessions" in paths

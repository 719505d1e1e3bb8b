"""What OpenAPI says about the layers around the routes, and the pages that show it."""

import base64
import re
from hashlib import sha256

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.openapi.models import (
    Components,
    MediaType,
    OpenAPI,
    Operation,
    Parameter,
    ParameterInType,
    PathItem,
    Schema,
)
from fastapi.openapi.models import Response as Described
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api_service.gateway.idempotency import HEADER, KEY_PATTERN, KeyReused, MalformedKey, StillRunning
from api_service.gateway.rates import TooManyRequests, is_counted
from shared.errors import PROBLEM_MEDIA_TYPE, BadRequest, ServiceError, TooLarge, Unauthenticated, Unavailable
from shared.problems import Problem, documented, self_contained

SCHEMA_PATH = "/openapi.json"
_ICON = "/app/favicon.svg"
_CDN = "https://cdn.jsdelivr.net"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_METHODS = ("get", "put", "post", "delete", "patch")
_KEY = Parameter.model_validate(
    {
        "name": HEADER,
        "in": ParameterInType.header,
        "description": "A new one for each thing to do. Sent again within a day, it is answered as before.",
        "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
    }
)
_PROBLEM = MediaType.model_validate({"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}})
_UNCHANGED = Described(description="What `If-None-Match` names is still what there is")


class DocumentedApi(FastAPI):
    """Its OpenAPI also has the failures and headers that no route declares because they surround all."""

    _completed: dict[str, object] | None = None

    def openapi(self) -> dict[str, object]:
        """The whole description, put together once."""
        if self._completed is None:
            self._completed = _complete(super().openapi())
        return self._completed


def serve_pages(app: FastAPI) -> None:
    """`/docs` and `/redoc`, which may run the viewer they load and nothing else."""
    swagger = get_swagger_ui_html(openapi_url=SCHEMA_PATH, title=app.title, swagger_favicon_url=_ICON)
    redoc = get_redoc_html(
        openapi_url=SCHEMA_PATH, title=app.title, redoc_favicon_url=_ICON, with_google_fonts=False
    )
    for path, page in (("/docs", swagger), ("/redoc", redoc)):
        app.add_route(path, _Page(page).serve, include_in_schema=False)


class _Page:
    """One page as a route."""

    def __init__(self, page: HTMLResponse) -> None:
        self._content = bytes(page.body)
        self._headers = {"content-security-policy": _policy(self._content.decode())}

    async def serve(self, _: Request) -> Response:
        return HTMLResponse(self._content, headers=self._headers)


def _policy(page: str) -> str:
    digests = [
        base64.b64encode(sha256(script.encode()).digest()).decode() for script in _SCRIPT.findall(page)
    ]
    scripts = " ".join([_CDN, *(f"'sha256-{digest}'" for digest in digests)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline' {_CDN}; img-src 'self' data:;"
        " connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _complete(schema: dict[str, object]) -> dict[str, object]:
    described = OpenAPI.model_validate(schema)
    described.paths = {path: _completed(path, item) for path, item in (described.paths or {}).items()}
    described.components = described.components or Components()
    problem = Schema.model_validate(self_contained(Problem))
    described.components.schemas = {**(described.components.schemas or {}), Problem.__name__: problem}
    completed: dict[str, object] = described.model_dump(mode="json", by_alias=True, exclude_none=True)
    return completed


def _completed(path: str, written: object) -> PathItem:
    item = PathItem.model_validate(written)
    for method in _METHODS:
        operation = getattr(item, method)
        if not isinstance(operation, Operation):
            continue
        _add(operation, *_failures(path, method, operation))
        if method == "post" and operation.security:
            operation.parameters = [*(operation.parameters or []), _KEY]
            _add(operation, MalformedKey, StillRunning, KeyReused)
        if method == "get" and path.startswith("/api/"):
            operation.responses = {**(operation.responses or {}), "304": _UNCHANGED}
        _refer_to_problem(operation)
    return item


def _refer_to_problem(operation: Operation) -> None:
    """All failures have one form, which is described once."""
    responses = {
        status: Described.model_validate(each) for status, each in (operation.responses or {}).items()
    }
    for response in responses.values():
        if PROBLEM_MEDIA_TYPE in (response.content or {}):
            response.content = {PROBLEM_MEDIA_TYPE: _PROBLEM}
    operation.responses = dict(responses)


def _failures(path: str, method: str, operation: Operation) -> list[type[ServiceError]]:
    is_limited = is_counted(path, method.upper())
    failures: list[type[ServiceError]] = [TooManyRequests] if is_limited else []
    if operation.security:
        failures += [Unauthenticated, Unavailable]
    if operation.requestBody:
        failures += [BadRequest, TooLarge]
    return failures


def _add(operation: Operation, *failures: type[ServiceError]) -> None:
    responses = dict(operation.responses or {})
    for failure in failures:
        ((_, addition),) = documented(failure).items()
        response = Described.model_validate(responses.get(str(failure.status), addition))
        if f"(`{failure.code}`)" not in response.description:
            response.description = f"{response.description}; {addition['description']}"
        responses[str(failure.status)] = response
    operation.responses = responses

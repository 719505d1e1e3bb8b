"""Failures under /v1 in the envelope that OpenAI's clients read; their status stays what it is."""

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import PROBLEM_MEDIA_TYPE, BadRequest, NotFound, ServiceError
from stt_service.openai.schemas import FailureDetails

PREFIX = "/v1"


class InvalidParameter(BadRequest):
    """One field of a form that cannot be served."""

    code, title = "invalid-parameter", "A parameter cannot be served"

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(detail, fields=[{"field": parameter, "message": detail}])


class ModelNotFound(NotFound):
    code, title = "model-not-found", "There is no such model"


class OpenAiErrors:
    """Middleware that puts every problem under /v1 into the envelope, whichever layer answered with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/"):
            send = _enveloped(send)
        await self._app(scope, receive, send)


def details(error: ServiceError) -> FailureDetails:
    """A failure as OpenAI's clients read it."""
    field = error.fields[0]["field"] if error.fields else None
    return _details(error.status, error.code, error.detail, field)


def _details(status: int, code: str, detail: str, parameter: str | None) -> FailureDetails:
    return FailureDetails(
        message=detail,
        type="invalid_request_error" if status < 500 else "server_error",
        param=parameter or None,
        code=code.replace("-", "_"),
    )


def _enveloped(send: Send) -> Send:
    start: Message | None = None
    """Of a problem, until its body is there."""

    body = b""

    async def enveloped(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start" and _is_problem(message):
            start = message
        elif start is None:
            await send(message)
        else:
            body += message.get("body", b"")
            if not message.get("more_body"):
                content = _envelope(body)
                headers = MutableHeaders(scope=start)
                headers["content-type"] = "application/json"
                headers["content-length"] = str(len(content))
                await send(start)
                await send({"type": "http.response.body", "body": content})

    return enveloped


def _is_problem(start: Message) -> bool:
    return MutableHeaders(scope=start).get("content-type", "").startswith(PROBLEM_MEDIA_TYPE)


def _envelope(body: bytes) -> bytes:
    """The JSON of a problem as OpenAI's clients read a failure."""
    problem = orjson.loads(body)
    fields = problem.get("errors") or [{"field": None}]
    error = _details(problem["status"], problem["code"], problem["detail"], fields[0]["field"])
    return orjson.dumps({"error": error.model_dump()})

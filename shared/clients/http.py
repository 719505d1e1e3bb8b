"""What every client of an inference service shares: its connections, and how failures leave it."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import structlog

from shared.errors import ServiceError, UpstreamFailed

REQUEST_ID_HEADER = "x-request-id"


class UpstreamRefused(ServiceError):
    """The service says that the request itself is at fault; sent again it would fail again."""

    status, code, title = 502, "upstream-refused", "A service we depend on refused the request"

    def __init__(self, detail: str, *, reason: str | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        """The code of the problem that the service answered."""


def reason_of(failure: ServiceError) -> str | None:
    """The code of the problem that a service answered, if that is what the failure is about."""
    return failure.reason if isinstance(failure, UpstreamFailed | UpstreamRefused) else None


def inference_http(base_url: str, *, read_seconds: float, connections: int) -> httpx.AsyncClient:
    """The connections to an inference service; a caller closes what it made.

    Connecting is quick or pointless, while an answer may have to wait for its turn in the service.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=httpx.Timeout(connect=2.0, write=5.0, read=read_seconds, pool=read_seconds),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        trust_env=False,
        event_hooks={"request": [carry_request_id]},
        # Without TLS there is nothing to verify, and reading all certificates would block for 0.1 s.
        verify=base_url.startswith("https:"),
    )


def current_request_id() -> str | None:
    """The id of the request that is being served, which goes through every hop."""
    identifier = structlog.contextvars.get_contextvars().get("request_id")
    return identifier if isinstance(identifier, str) else None


async def carry_request_id(request: httpx.Request) -> None:
    """For the event hooks of a client: a request that is sent while one is served has the same id."""
    if identifier := current_request_id():
        request.headers.setdefault(REQUEST_ID_HEADER, identifier)


@contextmanager
def checked(upstream: str) -> Iterator[None]:
    """Turn httpx failures into UpstreamFailed (may be retried) or UpstreamRefused (may not)."""
    try:
        yield
    except httpx.HTTPStatusError as failure:
        status = failure.response.status_code
        code = _problem_code(failure.response)
        said = f"{upstream} answered {status} ({code or 'no problem code'})"
        if status in (408, 429) or status >= 500:
            raise UpstreamFailed(said, reason=code) from failure
        raise UpstreamRefused(said, reason=code) from failure
    except httpx.HTTPError as failure:
        raise UpstreamFailed(f"{upstream} could not be reached: {type(failure).__name__}") from failure


def _problem_code(response: httpx.Response) -> str | None:
    try:
        return str(response.json()["code"])
    except (ValueError, KeyError, TypeError):
        return None

"""What every client of an inference service shares: how failures leave it."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from shared.errors import ServiceError, UpstreamFailed


class UpstreamRefused(ServiceError):
    """The service says that the request itself is at fault; sent again it would fail again."""

    status, code, title = 502, "upstream-refused", "A service we depend on refused the request"


@contextmanager
def checked(upstream: str) -> Iterator[None]:
    """Turn httpx failures into UpstreamFailed (may be retried) or UpstreamRefused (may not)."""
    try:
        yield
    except httpx.HTTPStatusError as failure:
        status = failure.response.status_code
        code = _problem_code(failure.response)
        if status == 429 or status >= 500:
            raise UpstreamFailed(f"{upstream} answered {status} ({code})") from failure
        raise UpstreamRefused(f"{upstream} answered {status} ({code})") from failure
    except httpx.HTTPError as failure:
        raise UpstreamFailed(f"{upstream} could not be reached: {type(failure).__name__}") from failure


def _problem_code(response: httpx.Response) -> str:
    try:
        return str(response.json()["code"])
    except (ValueError, KeyError, TypeError):
        return "no problem code"

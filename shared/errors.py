"""Expected failures and their form on the wire: RFC 9457 problem+json.

The public documents of the original product read `detail`, and some clients read `error.code`; both are
part of every problem.
"""

from typing import ClassVar

PROBLEM_MEDIA_TYPE = "application/problem+json"


class CannotStart(Exception):
    """A service cannot run as it is set up here; the message says what is missing, to who started it."""


class ServiceError(Exception):
    """A failure that a caller can expect. Status, code, title and retryability belong to the class."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong on our side"
    retryable: ClassVar[bool] = False
    retry_after_seconds: ClassVar[int] = 1
    """What `Retry-After` says when the failure is retryable."""

    def __init__(self, detail: str, *, fields: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields
        """For input that does not parse: where each fault lies and what it is."""


class InvalidRequest(ServiceError):
    status, code, title = 422, "invalid-request", "The request does not parse"


class BadRequest(ServiceError):
    status, code, title = 400, "bad-request", "The request cannot be served"


class Unauthenticated(ServiceError):
    status, code, title = 401, "unauthenticated", "Sign-in is needed"


class Forbidden(ServiceError):
    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(ServiceError):
    status, code, title = 404, "not-found", "There is no such thing"


class MethodNotAllowed(ServiceError):
    status, code, title = 405, "method-not-allowed", "This method is not served here"


class Conflict(ServiceError):
    status, code, title = 409, "conflict", "The state does not allow this"


class TooLarge(ServiceError):
    status, code, title = 413, "too-large", "The body is too large"


class UnsupportedMedia(ServiceError):
    status, code, title = 415, "unsupported-media-type", "This kind of content is not served"


class UpstreamFailed(ServiceError):
    """A service we depend on did not answer, or answered that it could not."""

    status, code, title, retryable = 503, "upstream-failed", "A service we depend on failed", True

    def __init__(self, detail: str, *, reason: str | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        """The code of the problem that the service answered, if it did."""


class Unavailable(ServiceError):
    """We cannot serve now, and it will pass."""

    status, code, title, retryable = 503, "unavailable", "Not available now", True


def problem(error: ServiceError, *, instance: str, request_id: str) -> dict[str, object]:
    """The JSON of a failure."""
    body: dict[str, object] = {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "instance": instance,
        "retryable": error.retryable,
        "request_id": request_id,
        "error": {
            "code": error.code.replace("-", "_").upper(),
            "message": error.detail,
            "request_id": request_id,
            "path": instance,
        },
    }
    if error.fields:
        body["errors"] = error.fields
    return body

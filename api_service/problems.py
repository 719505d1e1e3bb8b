"""Failures as OpenAPI shows them."""

from pydantic import BaseModel

from shared.errors import PROBLEM_MEDIA_TYPE, ServiceError

Responses = dict[int | str, dict[str, object]]


class ProblemError(BaseModel):
    """The same failure for clients that read `error`."""

    code: str
    message: str
    request_id: str


class FieldProblem(BaseModel):
    """One fault of a request that does not parse."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457, with what older clients read beside it."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    retryable: bool
    request_id: str
    error: ProblemError
    errors: list[FieldProblem] | None = None


def documented(*failures: type[ServiceError]) -> Responses:
    """The `responses` of routes that can fail like this; of failures with one status all are named."""
    responses: Responses = {}
    schema = Problem.model_json_schema()
    for failure in failures:
        known = responses.get(failure.status, {}).get("description")
        named = f"{failure.title} (`{failure.code}`)"
        responses[failure.status] = {
            "description": f"{known}; {named}" if known else named,
            "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}},
        }
    return responses

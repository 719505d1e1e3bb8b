"""Failures, and what else FastAPI cannot see for itself, as OpenAPI shows them."""

from pydantic import BaseModel

from shared.errors import PROBLEM_MEDIA_TYPE, ServiceError

Responses = dict[int | str, dict[str, object]]


class ProblemError(BaseModel):
    """The same failure for clients that read `error`."""

    code: str
    message: str
    request_id: str
    path: str


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
    schema = self_contained(Problem)
    for failure in failures:
        known = responses.get(failure.status, {}).get("description")
        named = f"{failure.title} (`{failure.code}`)"
        responses[failure.status] = {
            "description": f"{known}; {named}" if known else named,
            "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}},
        }
    return responses


def self_contained(model: type[BaseModel]) -> dict[str, object]:
    """The schema of a model without references, which OpenAPI would look for in another place."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def resolved(part: object) -> object:
        match part:
            case {"$ref": str(reference)}:
                return resolved(definitions[reference.rpartition("/")[2]])
            case dict():
                return {key: resolved(value) for key, value in part.items()}
            case list():
                return [resolved(each) for each in part]
            case _:
                return part

    return {key: resolved(value) for key, value in schema.items()}

"""Whether a service that hears audio does what its documentation says."""

from typing import Any, TypeAlias

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import CheckFunction as Check
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

_EXAMPLES = 15

# Bytes of the right type need not be audio, which no schema can say.
_NOT_PROMISED: list[Check] = [positive_data_acceptance]

Operation: TypeAlias = "APIOperation[Any, Any, Any, Any]"
AnyCase: TypeAlias = "Case[Any]"


def operations(app: FastAPI) -> dict[str, Operation]:
    """What is documented, by method and path."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    return {f"{operation.method} {operation.path}": operation for operation in found}


def holds(operation: Operation) -> None:
    """Whatever is allowed is answered as it is said; what is forbidden is refused and breaks nothing."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def asked(case: AnyCase) -> None:
        case.validate_response(case.call(), excluded_checks=_NOT_PROMISED)

    asked()

"""Whatever the documentation allows is answered as it says; what it forbids is refused and breaks nothing."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import CheckFunction as Check
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from diarization_service.settings import DiarizationSettings
from tests.diarization_service.conftest import AlternatingEngine, app_with

APP = app_with(AlternatingEngine(), DiarizationSettings(max_audio_seconds=30))
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)
OPERATIONS = {
    f"{found.ok().method} {found.ok().path}": found.ok()
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok)
}
EXAMPLES = 15

# Bytes of the right type need not be audio, which no schema can say.
NOT_PROMISED: list[Check] = [positive_data_acceptance]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_keeps_its_documentation(name: str) -> None:
    @given(case=OPERATIONS[name].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def holds(case: Case) -> None:  # type: ignore[type-arg]  # its parameter is private to the library
        case.validate_response(case.call(), excluded_checks=NOT_PROMISED)

    holds()

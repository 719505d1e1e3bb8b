"""Whatever the documentation allows is answered as it says; what it forbids is refused and breaks nothing."""

import pytest

from diarization_service.settings import DiarizationSettings
from tests.contracts import holds, operations
from tests.diarization_service.conftest import AlternatingEngine, app_with

OPERATIONS = operations(app_with(AlternatingEngine(), DiarizationSettings(max_audio_seconds=30)))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_keeps_its_documentation(name: str) -> None:
    holds(OPERATIONS[name])

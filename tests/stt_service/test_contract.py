"""Whatever the documentation allows is answered as it says; what it forbids is refused and breaks nothing."""

import pytest

from stt_service.settings import SttSettings
from tests.contracts import holds, operations
from tests.stt_service.conftest import CountingEngine, app_with

OPERATIONS = operations(app_with(CountingEngine(), SttSettings(max_audio_seconds=30)))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_keeps_its_documentation(name: str) -> None:
    holds(OPERATIONS[name])

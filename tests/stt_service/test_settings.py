"""What the environment may say."""

import pytest
from pydantic import ValidationError

from stt_service.settings import SttSettings


def test_batching_is_set_under_its_documented_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_BATCH_SIZE", "3")
    monkeypatch.setenv("STT_BATCH_TIMEOUT_MS", "7.5")
    monkeypatch.setenv("STT_MAX_AUDIO_SECONDS", "60")
    settings = SttSettings()
    assert (settings.max_batch_size, settings.batch_timeout_ms, settings.max_audio_seconds) == (3, 7.5, 60)


def test_a_name_left_empty_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STT_MODEL_DIR", "")
    monkeypatch.setenv("STT_DEVICE", "")
    settings = SttSettings()
    assert (settings.model_dir, settings.device) == (None, "auto")


def test_the_diarization_service_is_found_under_either_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SttSettings().diarization_url == ""
    monkeypatch.setenv("DIARIZATION_SERVICE_URL", "http://everybody")
    assert SttSettings().diarization_url == "http://everybody"
    monkeypatch.setenv("STT_DIARIZATION_SERVICE_URL", "http://ours")
    assert SttSettings().diarization_url == "http://ours"


@pytest.mark.parametrize("name", ["STT_ENGINE", "STT_MAX_WAITING", "STT_INFERENCE_THREADS"])
def test_what_makes_no_sense_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "0")
    with pytest.raises(ValidationError):
        SttSettings()

"""Which model is taken, and what is said where none can be."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from diarization_service.engine import EngineUnavailable, load_engine
from diarization_service.models import HUB, MANIFEST
from diarization_service.settings import DiarizationSettings
from shared.weights import read_hub, read_manifest


def asked(tmp_path: Path, **values: object) -> DiarizationSettings:
    return DiarizationSettings.model_validate({"models_directory": tmp_path, **values})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "voices is not there"),
        ({"model": "voices"}, "fetch voices"),
        ({"model": "community-1"}, "fetch community-1"),
        ({"model": "pyannote/speaker-diarization-community-1"}, "fetch community-1"),
        ({"model": "somebody/something@" + "0" * 40}, "fetch somebody/something@" + "0" * 40),
        ({"model": "nobody"}, "known by name are community-1, voices"),
        ({"model_dir": "/nowhere"}, "DIARIZATION_MODEL_DIR=/nowhere is no folder"),
    ],
)
def test_a_model_that_is_not_there_is_said_with_what_would_help(
    tmp_path: Path, values: dict[str, object], said: str
) -> None:
    with pytest.raises(EngineUnavailable, match=said):
        load_engine(asked(tmp_path, **values))


def test_a_folder_without_a_pipeline_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"DIARIZATION_MODEL_DIR=.* lacks config.yaml"):
        load_engine(asked(tmp_path, model_dir=tmp_path))


def test_weights_that_are_not_the_measured_ones_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "voices").mkdir()
    for file in read_manifest(MANIFEST)["voices"].sha256:
        (tmp_path / "voices" / file).write_bytes(b"something else")
    with pytest.raises(EngineUnavailable, match="another sha256 than we trust"):
        load_engine(asked(tmp_path))


def test_models_of_the_hub_are_pinned_to_a_commit() -> None:
    assert all(len(model.revision) == 40 for model in read_hub(HUB).values())


@pytest.mark.parametrize("model", ["../etc", "owner/name@main", "a b"])
def test_a_name_that_no_model_can_have_is_refused(model: str) -> None:
    with pytest.raises(ValidationError, match="pattern"):
        DiarizationSettings.model_validate({"model": model})

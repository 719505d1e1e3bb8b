"""Which engine is taken, and what is said when none can be."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.weights import read_manifest
from stt_service.engine import EngineUnavailable, check_engine, load_engine
from stt_service.models import MANIFEST
from stt_service.settings import SttSettings

ROOT = Path(__file__).resolve().parents[2]


def write_wrong_weights(models: Path) -> None:
    for name, weights in read_manifest(MANIFEST).items():
        (models / name).mkdir()
        for file in weights.sha256:
            (models / name / file).write_bytes(b"not what was measured")


@pytest.mark.parametrize("attempt", [load_engine, check_engine])
def test_weights_that_are_not_there_are_refused_with_the_command_that_fetches_them(
    attempt: Callable[[SttSettings], object], tmp_path: Path
) -> None:
    command = re.escape(f"fetch it with: python3.11 -m embedded.weights --into {tmp_path}")
    with pytest.raises(EngineUnavailable, match=f"is not there.*{command}"):
        attempt(SttSettings(models_directory=tmp_path))


@pytest.mark.parametrize("attempt", [load_engine, check_engine])
def test_weights_that_were_changed_are_not_loaded(
    attempt: Callable[[SttSettings], object], tmp_path: Path
) -> None:
    write_wrong_weights(tmp_path)
    with pytest.raises(EngineUnavailable, match=r"has another sha256 than we trust \(silero_vad"):
        attempt(SttSettings(engine="moonshine", models_directory=tmp_path))


def write_model(folder: Path) -> None:
    """As much of one as can be told from outside."""
    folder.mkdir(parents=True)
    for file in ("model.bin", "config.json", "tokenizer.json"):
        (folder / file).touch()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with the real detector and nothing else."""
    (tmp_path / "silero-vad").symlink_to(ROOT / "models" / "silero-vad")
    return tmp_path


def test_whisper_that_is_not_there_is_refused_with_the_command_that_fetches_it(models: Path) -> None:
    command = re.escape(f"fetch it with: python3.11 -m embedded.weights --into {models} fetch whisper-base")
    with pytest.raises(EngineUnavailable, match=command):
        check_engine(SttSettings(engine="faster-whisper", models_directory=models))


def test_auto_takes_whisper_once_it_was_fetched(models: Path) -> None:
    (models / "whisper-base").mkdir()
    with pytest.raises(EngineUnavailable, match="whisper-base has another sha256 than we trust"):
        check_engine(SttSettings(models_directory=models))


def test_a_model_of_the_hub_is_found_at_its_commit_and_at_no_other(models: Path) -> None:
    commit, other = "a" * 40, "b" * 40
    write_model(models / "hub" / "models--owner--name" / "snapshots" / commit)
    check_engine(SttSettings(model=f"owner/name@{commit}", models_directory=models))
    with pytest.raises(EngineUnavailable, match=f"fetch owner/name@{other}$"):
        check_engine(SttSettings(model=f"owner/name@{other}", models_directory=models))


def test_a_model_without_its_commit_is_not_taken() -> None:
    with pytest.raises(ValidationError):
        SttSettings(model="owner/name")


def test_a_folder_that_lacks_a_file_is_refused_by_that_file(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    write_model(folder)
    check_engine(SttSettings(model_dir=folder, models_directory=models))
    (folder / "tokenizer.json").unlink()
    with pytest.raises(EngineUnavailable, match=r"mine lacks tokenizer\.json"):
        check_engine(SttSettings(model_dir=folder, models_directory=models))


def test_a_folder_that_holds_no_model_is_refused(models: Path, tmp_path: Path) -> None:
    write_model(tmp_path / "mine")
    with pytest.raises(EngineUnavailable, match="holds no model of faster-whisper"):
        load_engine(SttSettings(model_dir=tmp_path / "mine", models_directory=models))


def test_moonshine_does_not_overlook_a_model_that_it_cannot_take(models: Path) -> None:
    with pytest.raises(EngineUnavailable, match="moonshine takes no STT_MODEL_DIR"):
        check_engine(SttSettings(engine="moonshine", model_dir=models, models_directory=models))


def test_a_start_without_weights_ends_at_once_and_says_why(tmp_path: Path) -> None:
    settings = {"STT_MODELS_DIRECTORY": str(tmp_path), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "stt_service"]
    ran = subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("the speech service cannot start")
    assert len(ran.stderr.splitlines()) == 1

"""Which engine is taken, and what is said when none can be."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.weights import read_manifest
from stt_service.engine import MANIFEST, EngineUnavailable, check_engine, load_engine
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


def test_a_start_without_weights_ends_at_once_and_says_why(tmp_path: Path) -> None:
    settings = {"STT_MODELS_DIRECTORY": str(tmp_path), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "stt_service"]
    ran = subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=20, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("the speech service cannot start")
    assert len(ran.stderr.splitlines()) == 1

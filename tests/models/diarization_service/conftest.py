"""The real pipeline on the weights that packages carry, and recordings of people who talk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from diarization_service.engine import DiarizationEngine, load_engine
from diarization_service.models import MANIFEST
from diarization_service.settings import DiarizationSettings
from shared.audio import Pcm
from shared.contracts.diarization import Progress
from shared.decoding_child import decode
from shared.weights import damaged, read_manifest

ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = ROOT.parent / "shared" / "data"
FETCH_SECONDS = 90


def ignore(_: Progress) -> None:
    """For who does not care how far it is."""


@pytest.fixture(scope="session")
def models() -> Path:
    """The packages' weights in a folder of the tests' own."""
    folder = Path(os.environ.get("INTRASCRIBE_STATE") or ROOT / ".intrascribe") / "test-models"
    folder.mkdir(parents=True, exist_ok=True)
    if damaged(read_manifest(MANIFEST)["voices"], folder / "voices"):
        fetch = [sys.executable, "-m", "embedded.weights", "--into", str(folder), "fetch", "voices"]
        try:
            subprocess.run(fetch, cwd=ROOT, check=True, timeout=FETCH_SECONDS)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as fault:
            pytest.skip(f"no weights of voices: {type(fault).__name__}")
    return folder


@pytest.fixture(scope="session")
def settings(models: Path) -> DiarizationSettings:
    # More threads than free cores wait for each other.
    return DiarizationSettings(models_directory=models, device="cpu", inference_threads=1)


@pytest.fixture(scope="session")
def engine(settings: DiarizationSettings) -> DiarizationEngine:
    return load_engine(settings).engine


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of recordings; what needs it is skipped where it is absent."""
    if not RECORDINGS.is_dir():
        pytest.skip("no recordings in ../shared/data")
    return RECORDINGS


def heard(file: Path) -> Pcm:
    return Pcm(decode(file.read_bytes(), max_seconds=300))

"""Storages of every kind, and what is uploaded to them."""

import io
import math
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.settings import StorageSettings
from tests.integration.api_service.audio.s3 import running_s3

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageSettings]:
    with running_s3(tmp_path_factory.mktemp("s3")) as settings:
        yield settings


@pytest.fixture(scope="session")
def recordings() -> Path:
    directory = ROOT.parent / "shared" / "data"
    if not directory.is_dir():
        pytest.skip(f"recordings are not here: {directory}")
    return directory


def tone(*, seconds: float = 1.0, rate: int = 8000) -> bytes:
    """A WAV file of 440 Hz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, rate, 0, "NONE", ""))
        times = range(round(seconds * rate))
        samples = (round(8000 * math.sin(2 * math.pi * 440 * time / rate)) for time in times)
        writer.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()

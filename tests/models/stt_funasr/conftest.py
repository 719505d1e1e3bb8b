"""FunASR's real code on toy models that are made here, and its real detector where it can be had."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shared.audio import Pcm
from shared.decoding_child import decode
from shared.weights import damaged, read_manifest
from stt_service.engines.funasr import Folders, FunAsr
from stt_service.models import MANIFEST

# After the engine, which imports the library without its warnings.
from tests.models.stt_funasr import tiny

ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = ROOT.parent / "shared" / "data"
FETCH_SECONDS = 60
WRITTEN = "<|en|><|HAPPY|><|Laughter|><|withitn|> hello world"


class Everything:
    """Hears speech in all that is not silent."""

    def span(self, audio: Pcm) -> tuple[float, float] | None:
        return (0.0, audio.seconds) if audio.samples.any() else None


def hum(seconds: float, *, hertz: float = 220.0) -> Pcm:
    times = np.arange(round(seconds * 16_000)) / 16_000
    return Pcm.from_floats((0.3 * np.sin(2 * np.pi * hertz * times * (1 + times / 9))).astype(np.float32))


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One toy model of each family. SenseVoice was taught what to write for `hum(4)`."""
    home = tmp_path_factory.mktemp("toys")
    makers = (tiny.sensevoice, tiny.paraformer, tiny.seaco, tiny.fun_asr, tiny.punctuation)
    made = {make.__name__: make(home / make.__name__) for make in makers}
    tiny.teach(made["sensevoice"], hum(4).floats, WRITTEN)
    return made


Load = Callable[..., FunAsr]


@pytest.fixture
def load(folders: dict[str, Path]) -> Load:
    """An engine on one of the toys, by its name or folder."""

    def loaded(name: str, *, folder: Path | None = None, **others: Path) -> FunAsr:
        where = Folders(folder or folders[name], **others)
        return FunAsr(where, Everything(), name=name, device="cpu", threads=1)

    return loaded


@pytest.fixture(scope="session")
def models() -> Path:
    """The platform's models and FunASR's own detector, in a folder of the tests' own."""
    folder = Path(os.environ.get("INTRASCRIBE_STATE") or ROOT / ".intrascribe") / "test-models"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "silero-vad").exists():
        (folder / "silero-vad").symlink_to(ROOT / "models" / "silero-vad")
    if damaged(read_manifest(MANIFEST)["fsmn-vad"], folder / "fsmn-vad"):
        fetch = [sys.executable, "-m", "embedded.weights", "--into", str(folder), "fetch", "fsmn-vad"]
        try:
            subprocess.run(fetch, cwd=ROOT, check=True, timeout=FETCH_SECONDS)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as fault:
            pytest.skip(f"no weights of fsmn-vad: {type(fault).__name__}")
    return folder


@pytest.fixture(scope="session")
def jfk() -> Pcm:
    """Eleven seconds of a recorded speech, with pauses."""
    if not RECORDINGS.is_dir():
        pytest.skip("no recordings in ../shared/data")
    return Pcm(decode((RECORDINGS / "longform" / "jfk.flac").read_bytes(), max_seconds=60))

"""Which engine is taken where FunASR is installed, and what is said when its model is not there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared.weights import read_hub
from stt_service.engine import EngineUnavailable, check_engine, load_engine
from stt_service.models import HUB
from stt_service.settings import SttSettings
from tests.models.stt_funasr.conftest import ROOT

pytestmark = pytest.mark.models

SENSEVOICE = read_hub(HUB)["sensevoice-small"]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder for models with the real detector and nothing else."""
    (tmp_path / "silero-vad").symlink_to(ROOT / "models" / "silero-vad")
    return tmp_path


def fetched(models: Path, toy: Path) -> Path:
    """The models with something where SenseVoice would be."""
    snapshots = models / "hub" / f"models--{SENSEVOICE.hub.replace('/', '--')}" / "snapshots"
    snapshots.mkdir(parents=True)
    (snapshots / SENSEVOICE.revision).symlink_to(toy)
    return models


@pytest.mark.parametrize(
    "settings",
    [
        {"engine": "funasr"},
        {"engine": "funasr", "model": "sensevoice-small"},
        {"model_dir": Path("iic/SenseVoiceSmall")},
        {"model_dir": Path("FunAudioLLM/SenseVoiceSmall")},
        {"model": SENSEVOICE.pinned},
    ],
)
def test_a_model_that_is_not_there_is_refused_with_the_command_that_fetches_it(
    bare: Path, settings: dict[str, str | Path]
) -> None:
    command = re.escape(f"python3.11 -m embedded.weights --into {bare} fetch sensevoice-small")
    with pytest.raises(EngineUnavailable, match=f"is not there.*{command}$"):
        check_engine(SttSettings.model_validate({"models_directory": bare, **settings}))


@pytest.mark.parametrize("name", ["STT_MODEL_DIR", "STT_VAD_MODEL", "STT_PUNCTUATION_MODEL"])
def test_a_folder_that_is_not_there_is_named_with_its_setting(
    bare: Path, folders: dict[str, Path], name: str
) -> None:
    settings = {"model_dir": folders["paraformer"], name.removeprefix("STT_").lower(): "/not/there"}
    with pytest.raises(
        EngineUnavailable, match=f"{name}=/not/there is no folder; known by name are sensevoice"
    ):
        check_engine(SttSettings.model_validate({"engine": "funasr", "models_directory": bare, **settings}))


def test_auto_takes_funasr_once_sensevoice_was_fetched_and_before_all_others(
    bare: Path, folders: dict[str, Path]
) -> None:
    (bare / "whisper-base").mkdir()
    with pytest.raises(EngineUnavailable, match="whisper-base has another sha256"):
        check_engine(SttSettings(models_directory=bare))
    check_engine(SttSettings(models_directory=fetched(bare, folders["sensevoice"])))


def test_what_lies_where_sensevoice_should_and_is_not_it_is_not_loaded(
    bare: Path, folders: dict[str, Path]
) -> None:
    fetched(bare, folders["sensevoice"])
    with pytest.raises(EngineUnavailable, match=r"another sha256 than we trust \(model.pt, am.mvn"):
        load_engine(SttSettings(models_directory=bare))


@pytest.mark.parametrize("setting", ["vad_model", "punctuation_model"])
def test_all_that_torch_opens_is_what_the_hub_has_at_its_commit(
    bare: Path, folders: dict[str, Path], setting: str
) -> None:
    commit = "a" * 40
    home = bare / "hub" / "models--owner--name"
    (home / "blobs").mkdir(parents=True)
    snapshot = home / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / "config.yaml").write_text("model: CTTransformer")
    (home / "blobs" / ("0" * 64)).write_bytes(b"something else")
    (snapshot / "model.pt").symlink_to(Path("..") / ".." / "blobs" / ("0" * 64))
    settings = {"model_dir": folders["paraformer"], "models_directory": bare, "device": "cpu"}
    with pytest.raises(EngineUnavailable, match=rf"{commit} has another sha256 than we trust \(model.pt\)"):
        load_engine(SttSettings.model_validate(settings | {setting: f"owner/name@{commit}"}))


def test_a_folder_of_ones_own_is_loaded_by_the_engine_that_can_read_it(
    bare: Path, folders: dict[str, Path]
) -> None:
    loaded = load_engine(SttSettings(model_dir=folders["sensevoice"], models_directory=bare, device="cpu"))
    assert loaded.engine.name == "sensevoice"
    assert loaded.reason == "auto: STT_MODEL_DIR names a model of funasr"
    assert (loaded.revision, loaded.sha256) == (None, None)


def test_a_folder_of_nothing_is_refused_by_what_it_lacks(bare: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"holds neither a model of funasr \(config.yaml, model.pt\)"):
        check_engine(SttSettings(model_dir=bare, models_directory=bare))


def test_no_other_engine_overlooks_what_divides_and_punctuates(bare: Path) -> None:
    with pytest.raises(EngineUnavailable, match="moonshine takes no STT_VAD_MODEL"):
        check_engine(SttSettings(engine="moonshine", vad_model="fsmn-vad", models_directory=bare))


def test_a_start_without_its_model_says_so_before_the_library_is_there(bare: Path) -> None:
    environment = {
        "STT_ENGINE": "funasr",
        "STT_MODEL_DIR": "iic/SenseVoiceSmall",
        "STT_MODELS_DIRECTORY": str(bare),
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-X", "importtime", "-m", "stt_service"]
    ran = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90, check=False
    )
    said = [line for line in ran.stderr.splitlines() if not line.startswith("import time:")]
    assert ran.returncode == 1
    assert len(said) == 1
    assert said[0].startswith("the speech service cannot start: FunAudioLLM/SenseVoiceSmall@")
    assert not re.search(r"\| +(torch|funasr|fastapi)$", ran.stderr, flags=re.MULTILINE)

"""Folders that hold no model, or only half of one."""

import pickle
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
import torch

from shared.models import EngineUnavailable
from tests.models.stt_funasr.conftest import Load

pytestmark = pytest.mark.models


class Payload:
    """Leaves a trace when somebody unpickles it."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self._trace,)


def no_yaml(folder: Path) -> None:
    (folder / "config.yaml").write_text("model: [")


def not_a_mapping(folder: Path) -> None:
    (folder / "config.yaml").write_text("just words")


def another_kind(folder: Path) -> None:
    (folder / "config.yaml").write_text("model: Qwen3ASR")


def nothing_but_a_name(folder: Path) -> None:
    (folder / "config.yaml").write_text("model: SenseVoiceSmall")
    (folder / "configuration.json").unlink()


def cut_off(folder: Path) -> None:
    weights = (folder / "model.pt").read_bytes()
    (folder / "model.pt").write_bytes(weights[: len(weights) // 2])


def empty(folder: Path) -> None:
    (folder / "model.pt").write_bytes(b"")


def without_vocabulary(folder: Path) -> None:
    (folder / "chn_jpn_yue_eng_ko_spectok.bpe.model").unlink()


def of_another_shape(folder: Path) -> None:
    weights = torch.load(folder / "model.pt")
    torch.save({name: each[..., :1].clone() for name, each in weights.items()}, folder / "model.pt")


def half_of_the_weights(folder: Path) -> None:
    weights = torch.load(folder / "model.pt")
    torch.save(dict(list(weights.items())[::2]), folder / "model.pt")


def elsewhere(folder: Path) -> None:
    (folder / "configuration.json").write_text('{"file_path_metas": {"config": "config.yaml"}}')


@pytest.mark.parametrize(
    "harm",
    [
        *(no_yaml, not_a_mapping, another_kind, nothing_but_a_name, cut_off, empty),
        *(without_vocabulary, of_another_shape, half_of_the_weights, elsewhere),
    ],
)
def test_a_folder_that_holds_no_whole_model_is_refused_by_its_name(
    load: Load, folders: dict[str, Path], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    folder = Path(shutil.copytree(folders["sensevoice"], tmp_path / "mine"))
    harm(folder)
    with pytest.raises(EngineUnavailable, match="mine"):
        load("mine", folder=folder)


def test_code_among_the_weights_is_not_run(load: Load, folders: dict[str, Path], tmp_path: Path) -> None:
    folder, trace = Path(shutil.copytree(folders["paraformer"], tmp_path / "mine")), tmp_path / "trace"
    (folder / "model.pt").write_bytes(pickle.dumps({"encoder": Payload(trace)}))
    with pytest.raises(EngineUnavailable, match="UnpicklingError"):
        load("mine", folder=folder)
    assert not trace.exists()


def test_code_beside_the_weights_is_not_run(load: Load, folders: dict[str, Path], tmp_path: Path) -> None:
    folder, trace = Path(shutil.copytree(folders["paraformer"], tmp_path / "mine")), tmp_path / "trace"
    (folder / "model.py").write_text(f"open({str(trace)!r}, 'w')")
    (folder / "requirements.txt").write_text("no-such-package-anywhere")
    with (folder / "config.yaml").open("a") as config:
        config.write(f"trust_remote_code: true\nremote_code: {folder}/model.py\n")
    assert load("mine", folder=folder).languages == ("zh", "en")
    assert not trace.exists()


def test_a_language_model_that_is_not_there_is_not_fetched(
    load: Load, folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("somebody asks the network")

    folder = Path(shutil.copytree(folders["fun_asr"], tmp_path / "mine"))
    shutil.rmtree(folder / "Qwen3-0.6B")
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(EngineUnavailable, match="mine holds no model of FunASR"):
        load("mine", folder=folder)

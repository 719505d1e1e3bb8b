"""Which files a model consists of, and whether they are the right ones."""

import hashlib
from pathlib import Path

import pytest

from shared.weights import Weights, damaged, read_manifest

MANIFEST = """
[model]
lock = "some.lock"
folder = "package/assets"
[model.sha256]
"a.bin" = "{a}"
"b.bin" = "{b}"
"""


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    sums = {name: hashlib.sha256(name.encode()).hexdigest() for name in "ab"}
    (tmp_path / "models.toml").write_text(MANIFEST.format(**sums))
    for name in "ab":
        (tmp_path / f"{name}.bin").write_text(name)
    return read_manifest(tmp_path / "models.toml")["model"]


def test_a_manifest_names_the_files_of_a_model(weights: Weights) -> None:
    assert (weights.name, weights.lock, weights.folder) == ("model", "some.lock", "package/assets")
    assert list(weights.sha256) == ["a.bin", "b.bin"]


def test_whole_weights_are_not_damaged(weights: Weights, tmp_path: Path) -> None:
    assert damaged(weights, tmp_path) == []


def test_a_changed_byte_and_an_absent_file_are_found(weights: Weights, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_text("A")
    (tmp_path / "b.bin").unlink()
    assert damaged(weights, tmp_path) == ["a.bin", "b.bin"]


def test_a_folder_that_is_not_there_lacks_every_file(weights: Weights, tmp_path: Path) -> None:
    assert damaged(weights, tmp_path / "nowhere") == ["a.bin", "b.bin"]

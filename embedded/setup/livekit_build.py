"""Builds the LiveKit server from its hash-pinned module, once per version of it.

Runs on a bare Python 3.11 like embedded.environments.
"""

import os
import sys
from pathlib import Path

from embedded.environments import ROOT, STATE, only_one
from embedded.failures import Failure
from embedded.setup import toolchains
from embedded.setup.building import is_current, mark_current, run

MODULE = ROOT / "embedded" / "livekit"
BINARY = STATE / "bin" / "livekit-server"
_PACKAGE = "github.com/livekit/livekit-server/cmd/server"
_STAMP = BINARY.with_suffix(".sha256")


def built(given: Path | None) -> Path:
    """The server's binary: the one given, the one already built, or a new one."""
    if given:
        if not os.access(given, os.X_OK):
            raise Failure(f"LIVEKIT_SERVER_BIN names {given}, which cannot be run")
        return given.resolve()
    with only_one("livekit-server"):
        sources = [MODULE / "go.mod", MODULE / "go.sum"]
        if not (BINARY.exists() and is_current(_STAMP, sources)):
            _build()
            mark_current(_STAMP, sources)
    return BINARY


def _build() -> None:
    _STAMP.unlink(missing_ok=True)
    BINARY.parent.mkdir(parents=True, exist_ok=True)
    beside = BINARY.with_suffix(".new")
    go = toolchains.go()
    # Only what go.mod and go.sum pin is built, by this very Go, and nothing of the machine's C is linked.
    pinned = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
    command = (*go.command, "build", "-trimpath", "-o", str(beside), _PACKAGE)
    run(command, cwd=MODULE, environment=go.environment | pinned, what="LiveKit")
    beside.replace(BINARY)


if __name__ == "__main__":
    try:
        built(given=None)
    except Failure as failure:
        sys.exit(str(failure))

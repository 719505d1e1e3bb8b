"""What is built from sources once, and again only when they change."""

import hashlib
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from embedded.failures import Failure

_SHOWN_LINES = 20


def is_current(stamp: Path, sources: Iterable[Path]) -> bool:
    """Whether what the stamp stands for was built from these very sources."""
    return stamp.exists() and stamp.read_text() == _digest(sources)


def mark_current(stamp: Path, sources: Iterable[Path]) -> None:
    """Say that it was."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(_digest(sources))


def run(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], what: str) -> None:
    """Run a build quietly. Raises Failure with the end of what it said."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=dict(environment),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        said = excerpt(done.stdout)
        raise Failure(
            f"{what} could not be built, `{' '.join(command)}` ended with {done.returncode}:\n{said}"
        )


def excerpt(text: str) -> str:
    """The beginning and the end of what a program said: some name the fault first, some last."""
    lines = text.strip().splitlines()
    if len(lines) > 2 * _SHOWN_LINES:
        lines = [*lines[:_SHOWN_LINES], "  ...", *lines[-_SHOWN_LINES:]]
    return "\n".join(lines)


def _digest(sources: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()

"""What runs: a command with its ports, how it is ended, and how it is asked whether it is ready."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from embedded.credentials import write_private
from embedded.supervision.asking import Ask
from embedded.supervision.child import PARENT, Identity, Launch

_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Port:
    """A loopback port that must be free before the start."""

    number: int
    setting: str
    """What to change when somebody else has it."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process and its life. It never outlives its parent."""

    name: str
    command: tuple[str, ...]
    ask: Ask
    ports: tuple[Port, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[Path, str] = field(default_factory=dict)
    """Written before the start, readable for us alone."""

    stop_signal: Literal["TERM", "INT"] = "TERM"
    stop_seconds: int = 10
    death_signal: Literal["TERM", "INT", "KILL"] | None = "TERM"
    """What ends it at once: sent by the kernel when its parent dies. None detaches it from its parent."""

    identity: Identity | None = None
    ready_seconds: float = 60


def launch_command(program: Program, directory: Path) -> tuple[str, ...]:
    """Write the files of a program, the launch file into `directory`; return the command that starts it."""
    for path, text in program.files.items():
        write_private(path, text)
    launch = Launch(
        command=list(program.command),
        environment=dict(program.environment),
        death_signal=program.death_signal,
        identity=program.identity,
    )
    launch_file = directory / f"{program.name}.json"
    write_private(launch_file, json.dumps(launch, indent=2))
    return (sys.executable, "-I", "-S", str(_CHILD), str(launch_file))


def as_parent() -> dict[str, str]:
    """The environment in which the caller starts programs that are to die with it."""
    return os.environ | {PARENT: str(os.getpid())}

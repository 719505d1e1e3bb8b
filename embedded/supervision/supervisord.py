"""What supervisord is told: its configuration file, and requests over its Unix socket."""

import http.client
import os
import shlex
import socket
import sys
import xmlrpc.client
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from embedded.layout import Layout
from embedded.supervision.programs import Program, launch_command

_GUARD = Path(__file__).with_name("guard.py")
_PATIENCE_SECONDS = 10
_MANY_TIMES = 1_000_000


class State(IntEnum):
    """The life of a program, in supervisord's numbers."""

    STOPPED = 0
    STARTING = 10
    RUNNING = 20
    BACKOFF = 30
    STOPPING = 40
    EXITED = 100
    FATAL = 200
    UNKNOWN = 1000


class ProgramInfo(BaseModel):
    """One program as supervisord sees it."""

    name: str
    group: str
    state: State
    pid: int
    start: int
    """When it started last, in seconds since 1970."""

    now: int
    spawnerr: str


_INFOS = TypeAdapter(list[ProgramInfo])


class Unreachable(Exception):
    """There is no supervisord, or it does not do what it is asked."""


class Remote:
    """Requests to supervisord. Every method raises Unreachable."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def programs(self) -> list[ProgramInfo]:
        return _INFOS.validate_python(self._call("getAllProcessInfo"))

    def start(self, group: str, name: str) -> None:
        """Begin to start a program, without waiting for it."""
        self._call("startProcess", f"{group}:{name}", False)

    def stop(self, group: str, name: str) -> None:
        """Begin to stop a program, without waiting for its end."""
        self._call("stopProcess", f"{group}:{name}", False)

    def _call(self, method: str, *arguments: str | bool) -> object:
        try:
            with xmlrpc.client.ServerProxy(
                "http://supervisor", transport=_UnixTransport(self._path)
            ) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as failure:
            raise Unreachable(str(failure)) from failure


def configure(groups: Mapping[str, Sequence[Program]], layout: Layout) -> str:
    """The configuration file. Groups stop in the reverse of the order given; what dies is started again."""
    sections = [
        _section("unix_http_server", {"file": layout.socket, "chmod": "0700"}),
        _section("supervisord", _supervisord(layout)),
        _section(
            "rpcinterface:supervisor",
            {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
        ),
        _section("program:guard", _guard(layout)),
    ]
    for priority, (group, programs) in enumerate(groups.items(), start=1):
        names = ",".join(program.name for program in programs)
        sections.append(_section(f"group:{group}", {"programs": names, "priority": priority}))
        sections += [_section(f"program:{program.name}", _program(program, layout)) for program in programs]
    return "\n".join(sections)


def _section(name: str, values: Mapping[str, str | int | Path]) -> str:
    # A percent sign would begin an expansion.
    lines = "".join(f"{key} = {str(value).replace('%', '%%')}\n" for key, value in values.items())
    return f"[{name}]\n{lines}"


def _supervisord(layout: Layout) -> dict[str, str | int | Path]:
    values: dict[str, str | int | Path] = {
        "logfile": layout.log("supervisor"),
        "logfile_maxbytes": "1MB",
        "logfile_backups": 2,
        "pidfile": layout.run / "supervisor.pid",
        "childlogdir": layout.logs,
        "silent": "true",
    }
    # Said by name, root is not warned about.
    return values | ({"user": "root"} if os.geteuid() == 0 else {})


def _guard(layout: Layout) -> dict[str, str | int | Path]:
    command = (sys.executable, "-I", "-S", str(_GUARD), str(layout.lock), str(layout.ready))
    return {
        "command": shlex.join(command),
        "autorestart": "false",
        "startsecs": 0,
        "redirect_stderr": "true",
        "stdout_logfile": "NONE",
    }


def _program(program: Program, layout: Layout) -> dict[str, str | int | Path]:
    return {
        "command": shlex.join(launch_command(program, layout.run / "launch")),
        "autostart": "false",
        "autorestart": "true",
        # Each attempt waits a second longer than the one before.
        "startretries": _MANY_TIMES,
        "stopsignal": program.stop_signal,
        "stopwaitsecs": program.stop_seconds,
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": layout.log(program.name),
        "stdout_logfile_maxbytes": "5MB",
        "stdout_logfile_backups": 3,
    }


class _UnixTransport(xmlrpc.client.Transport):
    """One connection for one request; `close` of the base class would not know it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._unix = _UnixConnection(path)

    def make_connection(self, host: object) -> http.client.HTTPConnection:  # noqa: ARG002 - there is but one
        return self._unix

    def close(self) -> None:
        self._unix.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_PATIENCE_SECONDS)
        self.sock.connect(str(self._path))

"""Carries out the commands of `python -m embedded`."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import httpx
import psutil
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from embedded import lifecycle, testing, throwaway
from embedded.composition import Platform
from embedded.failures import Failure
from embedded.interruption import unwind_when_ended
from embedded.layout import Layout
from embedded.settings import EmbeddedSettings
from embedded.setup import installation, livekit_build
from embedded.supervision.asking import NotReady, Part
from embedded.supervision.programs import Program
from embedded.supervision.supervisor import Supervisor

_LOG_LINES = 40


def run(chosen: argparse.Namespace) -> int:
    """Do what was asked and return the exit status."""
    unwind_when_ended()
    console = Console(highlight=False, soft_wrap=True)
    try:
        return _dispatch(chosen, console, Layout())
    except Failure as failure:
        Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(str(failure))
    except ValidationError as faults:
        for fault in faults.errors():
            where = ".".join(str(part) for part in fault["loc"])
            print(f"{where}: {fault['msg']}".removeprefix(": "), file=sys.stderr)
    return 1


def _dispatch(chosen: argparse.Namespace, console: Console, layout: Layout) -> int:
    commands: dict[str, Callable[[], int | None]] = {
        "setup": lambda: _install(installation.PLATFORM, console, layout),
        "up": lambda: _up(console, layout),
        "down": lambda: _down(console, layout),
        "status": lambda: _status(console, layout),
        "restart": lambda: lifecycle.restart(layout, chosen.part, report=_reporter(console)),
        "logs": lambda: _logs(layout, chosen.service),
        "token": lambda: _token(layout, chosen.email),
        "demo": lambda: _demo(console, layout),
        "servers": lambda: _servers(chosen.webhook_url),
        "test": lambda: _test(console, layout, chosen.suites),
    }
    return commands[chosen.command]() or 0


def _install(steps: Sequence[installation.Step], console: Console, layout: Layout) -> None:
    installation.install(installation.needed(steps, EmbeddedSettings()), layout, console)


def _up(console: Console, layout: Layout) -> None:
    platform = lifecycle.current(layout)
    if platform:
        console.print("the platform is already up")
    else:
        _install(installation.PLATFORM, console, layout)
        platform = lifecycle.up(EmbeddedSettings(), layout, report=_reporter(console))
    address = platform.settings.api_url
    console.print(f"""
  the page    [bold]{address}/app/[/]
  the API     {address}/docs
  a token     make token EMAIL=you@example.com
  what runs   make status, make logs
  to stop     [bold]make down[/]""")


def _down(console: Console, layout: Layout) -> None:
    console.print("everything is stopped" if lifecycle.down(layout) else "nothing was running")


def _status(console: Console, layout: Layout) -> int:
    platform = lifecycle.current(layout)
    if platform is None:
        killed = " any more, its supervisor is gone" if layout.ready.exists() else ""
        console.print(f"the platform is not up{killed}; make up starts it")
        return 1
    table = Table("part", "state", "process", "port", "memory", box=None, pad_edge=False)
    programs, well = Supervisor(layout).programs(), True
    parts: tuple[Program | Part, ...] = (*platform.programs, *platform.given)
    for part in parts:
        state = _state(part)
        well = well and state == "ready"
        info = programs.get(part.name)
        ports = ", ".join(str(port.number) for port in part.ports) if isinstance(part, Program) else ""
        process, memory = (str(info.pid), _memory(info.pid)) if info and info.pid else ("", "")
        table.add_row(part.name, state, process, ports, memory)
    console.print(table)
    return 0 if well else 1


def _state(part: Program | Part) -> str:
    try:
        part.ask()
    except NotReady as answer:
        return f"not ready: {answer}"
    return "ready"


def _memory(pid: int) -> str:
    """Of a process and those that it has started."""
    try:
        process = psutil.Process(pid)
        held = sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))
    except psutil.Error:
        return ""
    return f"{held / 1e6:.0f} MB"


def _logs(layout: Layout, service: str | None) -> NoReturn:
    logs = {log.stem: log for log in sorted(layout.logs.glob("*.log"))}
    of_the_run = [log for name, log in logs.items() if not name.startswith(("setup-", "supervisor"))]
    chosen = of_the_run if service is None else [logs[service]] if service in logs else []
    if not chosen:
        raise Failure(f"there is no log of {service or 'a run'}", f"there are: {', '.join(logs) or 'none'}")
    follow = ["-F"] if sys.stdout.isatty() else []
    os.execvp("tail", ["tail", "-n", str(_LOG_LINES), *follow, *map(str, chosen)])  # noqa: S606 - becomes tail


def _token(layout: Layout, email: str) -> None:
    """Print a token of the development sign-in, which makes the account when there is none."""
    address = _running(layout).settings.api_url
    response = httpx.post(f"{address}/api/v1/auth/development-token", json={"email": email}, trust_env=False)
    if response.is_error:
        raise Failure(f"the API gave no token: {response.text}")
    print(response.json()["access_token"])


def _running(layout: Layout) -> Platform:
    platform = lifecycle.current(layout)
    if platform is None:
        raise Failure("the platform is not up", "make up starts it")
    return platform


def _demo(console: Console, layout: Layout) -> int:
    # Brings WebRTC and speech synthesis with it, which no other command needs.
    from embedded.demo import command as demo  # noqa: PLC0415
    from embedded.demo.meeting import Stopwatch  # noqa: PLC0415

    watch = Stopwatch()
    with watch.step("setup"):
        _install(installation.PLATFORM, console, layout)
    return demo.run(_Stage(layout, _reporter(console)), state=layout.state, watch=watch)


class _Stage:
    """The platform as the demo uses it. One that was up before stays up after."""

    def __init__(self, layout: Layout, report: lifecycle.Report) -> None:
        self._layout = layout
        self._report = report
        self._was_up = lifecycle.current(layout) is not None

    def start(self) -> str:
        return lifecycle.up(EmbeddedSettings(), self._layout, report=self._report).settings.api_url

    def stop(self) -> None:
        if not self._was_up:
            lifecycle.down(self._layout)

    def processes(self) -> dict[str, int]:
        return {name: info.pid for name, info in Supervisor(self._layout).programs().items() if info.pid}


def _servers(webhook_url: str | None) -> None:
    binary = livekit_build.built(EmbeddedSettings().livekit_server_bin)
    throwaway.serve(binary, webhook_url=webhook_url, announce=sys.stdout, until=sys.stdin)


def _test(console: Console, layout: Layout, suites: Sequence[str]) -> int:
    if unknown := set(suites) - set(testing.SUITES):
        raise Failure(f"there is no suite {', '.join(unknown)}", f"there are: {', '.join(testing.SUITES)}")
    _install(installation.with_tests(suites or testing.SUITES), console, layout)
    return 0 if testing.run(suites or testing.SUITES) else 1


def _reporter(console: Console) -> lifecycle.Report:
    return lambda message: console.print(f"[green]✓[/] {message}")

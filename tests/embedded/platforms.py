"""Small platforms: the real servers on free ports, and services of the tests instead of ours."""

import sys
from dataclasses import replace
from pathlib import Path

import psutil

from embedded import credentials
from embedded.composition import Platform, compose
from embedded.layout import Layout
from embedded.ports import free_ports, free_udp_range
from embedded.settings import EmbeddedSettings
from embedded.setup.livekit_build import built
from embedded.supervision import asking
from embedded.supervision.asking import NotReady
from embedded.supervision.programs import Port, Program


def servers_only(layout: Layout, *services: Program) -> Platform:
    """Postgres, Valkey and LiveKit, and the services given."""
    names = [name for name in EmbeddedSettings.model_fields if name.endswith("_port") and "udp" not in name]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    ports["livekit_udp_first_port"] = free_udp_range(201)[0]
    settings = EmbeddedSettings.model_validate(ports)
    return with_services(settings, layout, *services)


def with_services(settings: EmbeddedSettings, layout: Layout, *services: Program) -> Platform:
    """A platform with services of the tests instead of ours."""
    layout.create()
    platform = compose(settings, layout, credentials.load(layout.secrets), livekit_binary=built(None))
    return replace(platform, services=services)


def page_server(port: int) -> Program:
    """A service that answers."""
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", "/dev")
    ask = asking.http(f"http://127.0.0.1:{port}/null")
    return Program("pages", command, ask, ports=(Port(port, "EMBEDDED_PAGES_PORT"),))


def never_ready() -> Program:
    """A service that runs and never answers."""
    return Program("sleeper", ("sleep", "600"), _not_ready)


def failing() -> Program:
    """A service that cannot start."""
    return Program("failing", ("sh", "-c", "echo the model is missing; exit 3"), _not_ready)


def running_from(state: Path) -> list[psutil.Process]:
    """Everything that a supervisor of this state directory has started, and the supervisor."""
    return [process for process in psutil.process_iter() if _belongs(process, state)]


def _belongs(process: psutil.Process, state: Path) -> bool:
    try:
        on_the_command_line = any(str(state) in word for word in process.cmdline())
        supervised = str(state) in process.environ().get("SUPERVISOR_SERVER_URL", "")
        works_there = process.cwd().startswith(str(state))
    except psutil.Error:
        return False
    return process.status() != psutil.STATUS_ZOMBIE and (on_the_command_line or supervised or works_there)


def _not_ready() -> None:
    raise NotReady("it never is")

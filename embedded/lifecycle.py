"""Takes the platform up and down as a whole."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from embedded import credentials
from embedded.composition import Platform, compose
from embedded.credentials import write_private
from embedded.failures import Failure
from embedded.interruption import undisturbed
from embedded.layout import Layout
from embedded.migrations import API_ROLE, bring_queue, give_login, migrate
from embedded.ports import check_free
from embedded.servers import postgres
from embedded.settings import EmbeddedSettings
from embedded.setup import livekit_build
from embedded.supervision.readiness import wait
from embedded.supervision.supervisor import Supervisor

Report = Callable[[str], None]
"""Tells a person what has happened."""


def up(settings: EmbeddedSettings, layout: Layout, *, report: Report = lambda _: None) -> Platform:
    """Start the platform with all of its parts, as `bring_up` does."""
    layout.create()
    return bring_up(_composed(settings, layout), layout, report=report)


def bring_up(platform: Platform, layout: Layout, *, report: Report = lambda _: None) -> Platform:
    """Return when every part is ready. A platform that is up already is returned instead, and left as it is.

    However a start that does not succeed ends, nothing of it keeps running.
    """
    with _alone(layout):
        if (running := current(layout)) is not None:
            return running
        supervisor = Supervisor(layout)
        # Of a platform that was half started, or whose supervisor was killed.
        supervisor.stop()
        layout.ready.unlink(missing_ok=True)
        try:
            _start(platform, layout, supervisor, report)
            write_private(layout.ready, platform.settings.model_dump_json(indent=2))
        except BaseException:
            with undisturbed():
                supervisor.stop()
            raise
        return platform


def down(layout: Layout) -> bool:
    """End everything and return whether anything ran."""
    ran = Supervisor(layout).is_running()
    with undisturbed():
        layout.ready.unlink(missing_ok=True)
        Supervisor(layout).stop()
    return ran


def restart(layout: Layout, name: str, *, report: Report = lambda _: None) -> None:
    """Stop one part of the platform that is up and start it again; returns when it is ready."""
    with _alone(layout):
        platform = current(layout)
        if platform is None:
            raise Failure("the platform is not up", "make up starts it")
        found = [
            (group, program)
            for group, programs in platform.groups.items()
            for program in programs
            if program.name == name
        ]
        if not found:
            names = ", ".join(program.name for program in platform.programs)
            raise Failure(f"there is no part {name}", f"there are: {names}")
        [(group, program)] = found
        began = time.monotonic()
        supervisor = Supervisor(layout)
        supervisor.restart(group, program)
        wait(
            [program],
            check_alive=supervisor.check_alive,
            on_ready=lambda _: report(f"{name} is ready again after {time.monotonic() - began:.1f} s"),
        )


def current(layout: Layout) -> Platform | None:
    """The platform that is up, with the settings it was started with; None where there is none."""
    if not layout.ready.exists() or not Supervisor(layout).is_running():
        return None
    settings = EmbeddedSettings.model_validate_json(layout.ready.read_bytes())
    return _composed(settings, layout)


def _start(platform: Platform, layout: Layout, supervisor: Supervisor, report: Report) -> None:
    began = time.monotonic()

    def on_ready(name: str) -> None:
        report(f"{name} is ready after {time.monotonic() - began:.1f} s")

    check_free(port for program in platform.programs for port in program.ports)
    if not platform.settings.database_url:
        password = credentials.load(layout.secrets).postgres_admin_password
        postgres.prepare(layout.postgres, password=password)
    wait(platform.given, on_ready=on_ready)
    supervisor.start(platform.groups)
    supervisor.start_programs("servers", platform.servers)
    wait(platform.servers, check_alive=supervisor.check_alive, on_ready=on_ready)
    _migrate(platform, layout, report)
    supervisor.start_programs("services", platform.services)
    wait(platform.services, check_alive=supervisor.check_alive, on_ready=on_ready)


def _migrate(platform: Platform, layout: Layout, report: Report) -> None:
    if platform.admin_url is None:
        report("the schema is left to the owner of the database: DATABASE_ADMIN_URL is not set")
        return
    applied = migrate(platform.admin_url)
    bring_queue(platform.admin_url)
    report(f"the schema of the database is the newest, {len(applied)} migrations were applied")
    if not platform.settings.database_url:
        password = credentials.load(layout.secrets).postgres_api_password
        give_login(platform.admin_url, role=API_ROLE, password=password)


def _composed(settings: EmbeddedSettings, layout: Layout) -> Platform:
    binary = (settings.livekit_server_bin or livekit_build.BINARY).resolve()
    return compose(settings, layout, credentials.load(layout.secrets), livekit_binary=binary)


@contextmanager
def _alone(layout: Layout) -> Iterator[None]:
    """One start at a time. The kernel frees the lock of a start that was killed."""
    with layout.lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                "the platform is being started by somebody else", "wait for it, or make down"
            ) from None
        yield

"""Postgres, Valkey and LiveKit on free ports with nothing kept, for tests and for trying things out."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel

from embedded.credentials import Credentials, load
from embedded.failures import Failure
from embedded.interruption import undisturbed
from embedded.migrations import API_ROLE, give_login, migrate
from embedded.ports import free_ports, free_udp_range
from embedded.servers import livekit, postgres, valkey
from embedded.supervision.programs import Port, Program, as_parent, launch_command
from embedded.supervision.readiness import wait

_UDP_PORTS = 100
_LOG_TAIL_BYTES = 2000


class Addresses(BaseModel):
    """Where the servers are, with the credentials to reach them."""

    database_url: str
    database_admin_url: str
    redis_url: str
    livekit_url: str
    livekit_api_key: str
    livekit_api_secret: str


def serve(livekit_binary: Path, *, webhook_url: str | None, announce: TextIO, until: TextIO) -> None:
    """Run the servers, announce their addresses as one line of JSON, and end when `until` does."""
    with running(livekit_binary, webhook_url=webhook_url) as addresses:
        print(addresses.model_dump_json(), file=announce, flush=True)
        while until.readline():
            pass


@contextmanager
def running(livekit_binary: Path, *, webhook_url: str | None = None) -> Iterator[Addresses]:
    """The servers, migrated and ready, as long as the block lasts."""
    state = Path(tempfile.mkdtemp(prefix="intrascribe-servers-"))
    started: list[_Started] = []
    try:
        credentials = load(state)
        ports = [Port(number, "") for number in free_ports(5)]
        for program in _programs(livekit_binary, state, credentials, ports, webhook_url=webhook_url):
            started.append(_start(program, log=state / f"{program.name}.log"))  # noqa: PERF401 - found if the next fails
        by_name = {each.program.name: each for each in started}
        wait(
            [each.program for each in started],
            check_alive=lambda name: by_name[name].check_alive(),
        )
        addresses = _addresses(credentials, ports)
        migrate(addresses.database_admin_url)
        give_login(addresses.database_admin_url, role=API_ROLE, password=credentials.postgres_api_password)
        yield addresses
    finally:
        with undisturbed():
            for each in started:
                each.end()
            for each in started:
                each.wait()
            shutil.rmtree(state, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Started:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-_LOG_TAIL_BYTES:]
            raise Failure(f"{self.program.name} ended with status {self.process.returncode}:\n{tail}")

    def end(self) -> None:
        """At once, as the kernel does when we die."""
        if self.program.death_signal:
            self.process.send_signal(signal.Signals[f"SIG{self.program.death_signal}"])

    def wait(self) -> None:
        try:
            self.process.wait(self.program.stop_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _start(program: Program, *, log: Path) -> _Started:
    with log.open("wb") as output:
        process = subprocess.Popen(
            launch_command(program, log.parent / "launch"),
            cwd="/",
            env=as_parent(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C in the terminal is for us alone; we end the servers.
            process_group=0,
        )
    return _Started(program, process, log)


def _programs(
    livekit_binary: Path, state: Path, credentials: Credentials, ports: list[Port], *, webhook_url: str | None
) -> Iterator[Program]:
    database, redis, http, tcp, metrics = ports
    directory, password = state / "postgres", credentials.postgres_admin_password
    postgres.prepare(directory, password=password)
    yield postgres.program(directory, port=database, password=password, durable=False)
    (state / "valkey").mkdir()
    yield valkey.program(
        state / "valkey",
        configuration=state / "valkey.conf",
        port=redis,
        password=credentials.valkey_password,
    )
    yield livekit.program(
        livekit_binary,
        configuration=state / "livekit.json",
        ports=livekit.Ports(http, tcp, metrics, *free_udp_range(_UDP_PORTS)),
        credentials=credentials,
        webhook_url=webhook_url,
    )


def _addresses(credentials: Credentials, ports: list[Port]) -> Addresses:
    database, redis, http, _, _ = (port.number for port in ports)
    return Addresses(
        database_url=postgres.url(API_ROLE, credentials.postgres_api_password, database),
        database_admin_url=postgres.url(postgres.ADMIN, credentials.postgres_admin_password, database),
        redis_url=valkey.url(credentials.valkey_password, redis),
        livekit_url=f"ws://127.0.0.1:{http}",
        livekit_api_key=credentials.livekit_api_key,
        livekit_api_secret=credentials.livekit_api_secret,
    )

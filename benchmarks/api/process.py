"""The API as a process of its own, over servers of the benchmark's own."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.memory import cpu_seconds, peak_megabytes

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0
_UNREACHED = "1000000000/minute"
"""Requests are counted as they always are, and none is refused."""


class NotStarted(Exception):
    """A process ended, or was not ready in time; what it printed says why."""


@dataclass(frozen=True, slots=True)
class Api:
    """An API that answers."""

    port: int
    process_id: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def peak_megabytes(self) -> float:
        """The most that it ever had in memory."""
        return peak_megabytes(self.process_id)

    @property
    def cpu_seconds(self) -> float:
        """What it has worked so far, whatever else the machine does."""
        return cpu_seconds(self.process_id)


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Postgres, Valkey and LiveKit with nothing in them, by name of address. Raises NotStarted."""
    command = [sys.executable, "-m", "embedded", "servers"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            line = process.stdout.readline()
            if not line:
                raise NotStarted("the servers did not start")
            addresses: dict[str, str] = json.loads(line)
            yield addresses
        finally:
            process.stdin.close()
            process.wait()


@contextmanager
def running(
    addresses: dict[str, str],
    *,
    core: int | None = None,
    directory: Path,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Api]:
    """Start the API on a free port, bound to one core if that is wanted, and end it. Raises NotStarted."""
    port = free_port()
    environment = os.environ | {
        "API_PORT": str(port),
        "API_DEVELOPMENT_KEY_FILE": str(directory / "key.pem"),
        "API_RATE_LIMIT_READS": _UNREACHED,
        "DATABASE_URL": addresses["database_url"],
        "REDIS_URL": addresses["redis_url"],
        "LIVEKIT_URL": addresses["livekit_url"],
        "LIVEKIT_API_KEY": addresses["livekit_api_key"],
        "LIVEKIT_API_SECRET": addresses["livekit_api_secret"],
        "LOG_LEVEL": "warning",
        **(settings or {}),
    }
    process = subprocess.Popen([sys.executable, "-m", "api_service"], cwd=ROOT, env=environment)
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        _wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield Api(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NotStarted(f"the API ended with status {process.returncode}")
        try:
            httpx.get(f"{url}/api/v1/auth/config", trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise NotStarted(f"the API was not ready after {_START_SECONDS:g} s")

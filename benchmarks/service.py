"""An inference service as a process of its own."""

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

from benchmarks.memory import children, peak_megabytes

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 60.0


class NotStarted(Exception):
    """The service ended, or was not ready in time; what it printed says why."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that answers."""

    url: str
    process_id: int

    @property
    def peak_megabytes(self) -> float:
        """The most that its processes ever had in memory, pages that they share counted in each."""
        return sum(peak_megabytes(each) for each in (self.process_id, *children(self.process_id)))


@contextmanager
def running(engine: str) -> Iterator[Service]:
    """Start the speech service on a free port and end it. Raises NotStarted."""
    with serving("stt_service", "STT_PORT", {"STT_ENGINE": engine}) as service:
        yield service


@contextmanager
def serving(
    module: str, port_setting: str, settings: Mapping[str, str], *, python: Path = Path(sys.executable)
) -> Iterator[Service]:
    """The same for any service of ours, in this environment or that of another Python."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, **settings, port_setting: str(port), "LOG_LEVEL": "warning"}
    process = subprocess.Popen([str(python), "-m", module], cwd=ROOT, env=environment)
    try:
        service = Service(f"http://127.0.0.1:{port}", process.pid)
        _wait_until_ready(service, process)
        yield service
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(service: Service, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NotStarted(f"the service ended with status {process.returncode}")
        try:
            httpx.get(f"{service.url}/health", trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise NotStarted(f"the service was not ready after {_START_SECONDS:g} s")

"""Everything that turns a recording into a transcript, as processes over servers of the benchmark's own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from api_service.jobs import schema
from benchmarks.api.process import NotStarted as ApiNotStarted
from benchmarks.api.process import free_port, running, servers
from benchmarks.service import ROOT, NotStarted, serving
from embedded.environments import ENVIRONMENTS
from shared.audio import Pcm

_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Parts:
    """Where they are; without a diarization service nobody is told apart."""

    api_url: str
    stt_url: str
    diarization_url: str | None


@contextmanager
def platform(directory: Path, *, speakers: bool) -> Iterator[Parts]:
    """Start all of it and end it. Raises NotStarted."""
    with ExitStack() as stack:
        stt = stack.enter_context(serving("stt_service", "STT_PORT", {}, python=ENVIRONMENTS["stt"].python))
        diarization = None
        if speakers:
            python = ENVIRONMENTS["diarization"].python
            diarization = stack.enter_context(
                serving("diarization_service", "DIARIZATION_PORT", {}, python=python)
            ).url
        settings = {
            "STORAGE_URL": f"file://{directory}",
            "STT_SERVICE_URL": stt.url,
            "DIARIZATION_SERVICE_URL": diarization or "",
        }
        try:
            addresses = stack.enter_context(servers())
            schema.apply(addresses["database_admin_url"])
            api = stack.enter_context(running(addresses, directory=directory, settings=settings))
        except ApiNotStarted as fault:
            raise NotStarted(str(fault)) from fault
        stack.enter_context(_worker(addresses["database_url"], settings))
        yield Parts(api.url, stt.url, diarization)


@contextmanager
def _worker(database_url: str, settings: dict[str, str]) -> Iterator[None]:
    port = free_port()
    environment = (
        os.environ
        | settings
        | {
            "API_WORKER_PORT": str(port),
            "DATABASE_URL": database_url,
            "LOG_LEVEL": "warning",
        }
    )
    process = subprocess.Popen([sys.executable, "-m", "api_service.jobs"], cwd=ROOT, env=environment)
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NotStarted(f"the worker ended with status {process.returncode}")
        try:
            httpx.get(url, trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise NotStarted(f"the worker was not ready after {_START_SECONDS:g} s")


class Engine:
    """One engine alone, in a process that waits for files. Raises NotStarted."""

    def __init__(self, environment: str, kind: str) -> None:
        self._process = subprocess.Popen(
            [str(ENVIRONMENTS[environment].python), "-m", "benchmarks.engines_alone", kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self._answer()
        except NotStarted:
            self.close()
            raise

    def begin(self, file: Path) -> None:
        """Let it work on a file of samples."""
        assert self._process.stdin
        print(file, file=self._process.stdin, flush=True)

    def seconds(self) -> float:
        """How long the file took that was begun last; waits until it is done."""
        return float(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise NotStarted("an engine ended before it had answered")
        return line

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def written(audio: Pcm, directory: Path) -> Path:
    """The samples as the engines read them."""
    file = directory / "samples.pcm"
    file.write_bytes(audio.data)
    return file

"""The agent's process as it runs in production, with a speech service that reads marked babble."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import psutil
import pytest

from shared.audio import Pcm
from shared.contracts.stt import TranscribeResponse
from tests.integration.agent_service.voices import words_in
from tests.servers import ROOT, Servers


@dataclass
class WordReader:
    """A speech service for babble: deterministic, and it can be told to be down."""

    down: bool = False
    """Breaks every connection off without an answer."""

    asked: list[tuple[str, float]] = field(default_factory=list)
    """Priority and seconds of audio of every request that was answered with words."""

    url: str = ""

    def reset(self) -> None:
        self.down = False
        self.asked.clear()


@contextmanager
def reading_words() -> Iterator[WordReader]:
    reader = WordReader()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            audio = Pcm(self.rfile.read(int(self.headers["content-length"])))
            if reader.down:
                self.close_connection = True
                return
            (priority,) = parse_qs(urlsplit(self.path).query)["priority"]
            reader.asked.append((priority, audio.seconds))
            body = _answer(audio).model_dump_json().encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        reader.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield reader
        finally:
            server.shutdown()
            serving.join()


def _answer(audio: Pcm) -> TranscribeResponse:
    return TranscribeResponse(
        text=words_in(audio.samples),
        confidence_score=0.9,
        processing_time_ms=1,
        language="en",
        segments=[],
        audio_seconds=audio.seconds,
        inference_seconds=0.001,
    )


@dataclass(frozen=True)
class Worker:
    """A running `python -m agent_service`."""

    process: subprocess.Popen[bytes]
    health_url: str
    storage: Path
    """Where it keeps what it records."""

    def job_processes(self) -> list[psutil.Process]:
        """The processes that hold rooms or wait for one: children of the worker's fork server."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in family if child.ppid() != self.process.pid]


@contextmanager
def working(servers: Servers, stt: WordReader, **settings: str) -> Iterator[Worker]:
    """A worker that is registered with LiveKit, and that is gone with all its processes at the end."""
    port = free_port()
    storage = Path(tempfile.mkdtemp(prefix="intrascribe-agent-storage-"))
    environment = {
        "PATH": os.environ["PATH"],
        "LIVEKIT_URL": servers.livekit_url,
        "LIVEKIT_API_KEY": servers.livekit_api_key,
        "LIVEKIT_API_SECRET": servers.livekit_api_secret,
        "REDIS_URL": servers.redis_url,
        "STT_SERVICE_URL": stt.url,
        "AGENT_PORT": str(port),
        "STORAGE_URL": storage.as_uri(),
        "AGENT_SPOOL_DIRECTORY": str(storage / "spool"),
        **settings,
    }
    command = [sys.executable, "-m", "agent_service"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        worker = Worker(process, f"http://127.0.0.1:{port}", storage)
        try:
            _await_registration(worker)
            yield worker
        finally:
            process.terminate()
            process.wait(60)
            shutil.rmtree(storage, ignore_errors=True)


def _await_registration(worker: Worker) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert worker.process.poll() is None, "the worker ended; what it printed says why"
        with suppress(httpx.TransportError):
            if httpx.get(worker.health_url, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise TimeoutError("the worker did not register")


@pytest.fixture(scope="session")
def word_reader() -> Iterator[WordReader]:
    with reading_words() as reader:
        yield reader


@pytest.fixture
def stt(word_reader: WordReader) -> WordReader:
    word_reader.reset()
    return word_reader


@pytest.fixture(scope="module")
def worker(servers: Servers, word_reader: WordReader) -> Iterator[Worker]:
    """One for all tests of a module, which leave it as it is: LiveKit gives a room to any worker there is."""
    with working(servers, word_reader) as started:
        yield started


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

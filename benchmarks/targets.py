"""Whatever can be asked for the words in a piece of audio, by clients that cost next to nothing."""

import io
import socket
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Protocol
from urllib.parse import urlsplit

import orjson

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Pcm
from shared.contracts.stt import PCM_MEDIA_TYPE, TRANSCRIBE_PATH
from stt_service.engine import Speech, SttEngine

TRANSCRIPTIONS_PATH = "/v1/audio/transcriptions"
_PATIENCE_SECONDS = 60.0
_BOUNDARY = "-" * 12 + "the-end-of-a-part"

Ask = Callable[[], float | None]
"""Waits for one answer; returns the seconds that the model worked on it, where the target says so."""


class Refused(Exception):
    """A server answered something else than words."""


class Target(Protocol):
    """Asked by several callers at once, each over a connection of its own."""

    @property
    def name(self) -> str: ...

    def caller(self) -> AbstractContextManager[Ask]: ...


class EngineAlone:
    """The engine in this process, on one thread as in the service, and nothing around it."""

    name = "engine in this process"

    def __init__(self, engine: SttEngine, thread: Executor, audio: Pcm) -> None:
        self._engine, self._thread, self._audio = engine, thread, audio

    @contextmanager
    def caller(self) -> Iterator[Ask]:
        """No connection is needed."""
        yield lambda: self._thread.submit(self.transcribe).result()

    def transcribe(self) -> float:
        """On the caller's thread."""
        began = time.perf_counter()
        pieces = self._engine.cut(self._audio)
        for start, end in pieces:
            self._engine.transcribe([Speech(self._audio.slice(start, end), self._engine.languages[0])])
        return time.perf_counter() - began


class Ours:
    """Our service on loopback."""

    def __init__(self, name: str, url: str, *, body: bytes, content_type: str) -> None:
        self.name = name
        self._address = (urlsplit(url).hostname, urlsplit(url).port)
        self._request = request_bytes(TRANSCRIBE_PATH, body=body, content_type=content_type)

    @contextmanager
    def caller(self) -> Iterator[Ask]:
        """The whole request goes out at once over a socket that stays open."""
        with socket.create_connection(self._address, timeout=_PATIENCE_SECONDS) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def ask() -> float:
                connection.sendall(self._request)
                response = HTTPResponse(connection)
                response.begin()
                return float(orjson.loads(_checked(response.status, response.read()))["inference_seconds"])

            yield ask


class OpenAiServer:
    """Any server with OpenAI's transcription route."""

    def __init__(self, url: str, audio: Pcm, *, model: str) -> None:
        self._url = urlsplit(url)
        self.name = self._url.netloc[:24]
        self._body, self._content_type = form(audio, {"model": model, "response_format": "json"})

    @contextmanager
    def caller(self) -> Iterator[Ask]:
        """A connection that stays open as long as the server lets it."""
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = kind(self._url.netloc, timeout=_PATIENCE_SECONDS)

        def ask() -> None:
            connection.request(
                "POST",
                self._url.path.rstrip("/") + TRANSCRIPTIONS_PATH,
                self._body,
                {"content-type": self._content_type},
            )
            response = connection.getresponse()
            _checked(response.status, response.read())

        try:
            yield ask
        finally:
            connection.close()


def our_pcm(url: str, audio: Pcm) -> Ours:
    """Asked as the agent does."""
    return Ours("ours, PCM", url, body=audio.data, content_type=f"{PCM_MEDIA_TYPE};rate={SAMPLE_RATE}")


def our_json(url: str, audio: Pcm, *, language: str) -> Ours:
    """Asked with a list of numbers."""
    numbers = audio.floats.round(5).tolist()
    body = orjson.dumps(
        {"audio_data": {"sample_rate": SAMPLE_RATE, "audio_array": numbers}, "language": language}
    )
    return Ours("ours, JSON", url, body=body, content_type="application/json")


def request_bytes(path: str, *, body: bytes, content_type: str) -> bytes:
    """A whole POST, head and body."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: ours\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}"
    )
    return f"{head}\r\n\r\n".encode() + body


def form(audio: Pcm, fields: dict[str, str]) -> tuple[bytes, str]:
    """A multipart body with a WAV file, and its content type."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(BYTES_PER_SAMPLE)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes(audio.data)
    parts = [
        f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n'
    parts += [f"{head}content-type: audio/wav\r\n\r\n".encode(), file.getvalue()]
    return b"".join(
        [*parts, f"\r\n--{_BOUNDARY}--\r\n".encode()]
    ), f"multipart/form-data; boundary={_BOUNDARY}"


def _checked(status: int, body: bytes) -> bytes:
    if status != 200:
        raise Refused(f"answered {status}: {body[:200].decode(errors='replace')}")
    return body

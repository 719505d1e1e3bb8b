"""What HTTP adds to a call of the engine, and when the text of a stream begins to come."""

import socket
import time
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import urlsplit

import numpy as np

from benchmarks.targets import TRANSCRIPTIONS_PATH, EngineAlone, Ours, Refused, form, request_bytes
from shared.audio import Pcm


@dataclass(frozen=True, slots=True)
class Overhead:
    """Of calls in pairs, one of each kind, milliseconds."""

    pairs: int
    around_p50_ms: float
    """Each answer's time without what the service says that its engine worked; its noise is left out so."""

    around_p99_ms: float
    difference_p50_ms: float
    """Between the two calls of a pair, the engine's noise and all."""


@dataclass(frozen=True, slots=True)
class FirstText:
    """Of a stream, milliseconds from its request."""

    audio_seconds: float
    first_ms: float
    all_ms: float


def overhead(alone: EngineAlone, ours: Ours, *, pairs: int) -> Overhead:
    """One call at a time, in turns, each kind as often first as the other."""
    around, differences = [], []
    with ours.caller() as ask:
        alone.transcribe()
        ask()
        for number in range(pairs):
            before = alone.transcribe() if number % 2 else None
            asked = time.perf_counter()
            inference_seconds = ask() or 0.0
            elapsed = time.perf_counter() - asked
            around.append(elapsed - inference_seconds)
            differences.append(elapsed - (alone.transcribe() if before is None else before))
    return Overhead(
        pairs,
        around_p50_ms=1000 * float(np.percentile(around, 50)),
        around_p99_ms=1000 * float(np.percentile(around, 99)),
        difference_p50_ms=1000 * float(np.percentile(differences, 50)),
    )


def first_text(url: str, audio: Pcm) -> FirstText:
    """Ask for a stream. Raises Refused."""
    body, content_type = form(audio, {"model": "whisper-1", "stream": "true"})
    address = (urlsplit(url).hostname, urlsplit(url).port)
    with socket.create_connection(address) as connection:
        asked = time.perf_counter()
        connection.sendall(request_bytes(TRANSCRIPTIONS_PATH, body=body, content_type=content_type))
        response = HTTPResponse(connection)
        response.begin()
        first = response.readline()
        first_seconds = time.perf_counter() - asked
        if response.status != 200 or b"transcript.text.delta" not in first:
            raise Refused(f"answered {response.status} and no text")
        response.read()
        return FirstText(audio.seconds, 1000 * first_seconds, 1000 * (time.perf_counter() - asked))

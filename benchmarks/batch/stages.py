"""The stages of a job one by one, as a worker does them, and the whole of it, as a client sees it."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from api_service.tasks.schemas import TaskResponse
from api_service.transcribing.hearing import hear
from api_service.transcribing.lines import of_turns
from api_service.transcribing.windows import windows
from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Pcm
from shared.clients.diarization import DiarizationClient
from shared.clients.http import inference_http
from shared.clients.stt import SttClient
from shared.decoding import Decoder
from shared.speakers import Turn

_PATIENCE_SECONDS = 3600.0
_PIECE_BYTES = 2 * SAMPLE_RATE * BYTES_PER_SAMPLE
_AT_ONCE = 2
"""Pieces of one recording, as a worker has them recognised unless it is told otherwise."""

_LOOK_SECONDS = 0.5
"""Looking costs the machine something, and times are the server's own."""


class Failed(Exception):
    """A job came to a bad end."""


@dataclass(frozen=True, slots=True)
class Stages:
    """Seconds that each took by itself."""

    decoding: float
    speech: float
    speakers: float | None
    joining: float
    """Finding who said what, without storing it."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Seconds of a job from when it was queued."""

    elapsed: float
    waiting: float
    """Until a worker began."""

    storing: float
    """From the end of the last stage until the job is over."""


async def decoded(data: bytes) -> tuple[Pcm, float]:
    """What is in a file, and the seconds that its decoding took."""

    async def part(start: int, end: int) -> bytes:
        return data[start:end]

    async def pieces(decoder: Decoder) -> list[bytes]:
        stream = decoder.stream(part, len(data), channels=0, max_seconds=_PATIENCE_SECONDS * 10)
        return [piece async for piece in stream]

    async with Decoder(max_seconds=0) as decoder:
        await pieces(decoder)  # a worker's decoder has been running for long, too
        began = time.perf_counter()
        return Pcm(b"".join(await pieces(decoder))), time.perf_counter() - began


async def stages(audio: Pcm, *, decoding: float, stt_url: str, diarization_url: str | None) -> Stages:
    """One after the other, so that none has to share the machine. Raises what the services' clients raise."""
    async with inference_http(stt_url, read_seconds=_PATIENCE_SECONDS, connections=_AT_ONCE) as http:
        began = time.perf_counter()
        heard = await hear(
            SttClient(http),
            windows(_pieces(audio), channels=1),
            channels=1,
            language="en",
            at_once=_AT_ONCE,
            progress=_unheard,
        )
        speech = time.perf_counter() - began
    turns, speakers = None, None
    if diarization_url:
        turns, speakers = await _speakers(audio, diarization_url)
    began = time.perf_counter()
    of_turns(heard.channels[0], turns)
    return Stages(decoding, speech, speakers, time.perf_counter() - began)


async def _speakers(audio: Pcm, url: str) -> tuple[list[Turn], float]:
    async with inference_http(url, read_seconds=_PATIENCE_SECONDS, connections=1) as http:
        began = time.perf_counter()
        turns = await DiarizationClient(http).diarize_stream(_pieces(audio))
        return turns, time.perf_counter() - began


def job(api: httpx.Client, file: Path, *, speakers: bool) -> Whole:
    """Send a file and wait for its transcript. Raises Failed."""
    answer = api.post(
        "/api/v1/transcriptions/batch",
        params={"force": True, "diarize": speakers, "language": "en"},
        files={"audio_file": (file.name, file.read_bytes())},
        headers={"prefer": "respond-async"},
    )
    address = f"/api/v2/tasks/{answer.raise_for_status().json()['task_id']}"
    while not (task := _task(api, address)).ready:
        time.sleep(_LOOK_SECONDS)
    if task.result is None or task.started_at is None or task.completed_at is None:
        raise Failed(f"the job failed: {task.error}")
    found = "completed" if speakers else "not-wanted"
    if task.result["diarization"] != found:
        raise Failed(f"the speakers were not found: {task.result['diarization_error']}")
    worked = float(str(task.result["processing_time_ms"])) / 1000
    return Whole(
        elapsed=(task.completed_at - task.created_at).total_seconds(),
        waiting=(task.started_at - task.created_at).total_seconds(),
        storing=max(0.0, (task.completed_at - task.started_at).total_seconds() - worked),
    )


def _task(api: httpx.Client, address: str) -> TaskResponse:
    return TaskResponse.model_validate_json(api.get(address).raise_for_status().content)


async def _pieces(audio: Pcm) -> AsyncIterator[bytes]:
    for first in range(0, len(audio.data), _PIECE_BYTES):
        yield audio.data[first : first + _PIECE_BYTES]


async def _unheard(_: float) -> None:
    """Nobody follows how far it is here."""

"""Whatever can be asked for the words in a piece of audio."""

import asyncio
import io
import time
import wave
from concurrent.futures import Executor
from typing import Protocol

import httpx
import orjson

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Pcm
from shared.contracts.stt import PCM_MEDIA_TYPE, TRANSCRIBE_PATH, TranscribeResponse
from stt_service.engine import Speech, SttEngine


class Target(Protocol):
    """Asked by several callers at once."""

    @property
    def name(self) -> str: ...

    async def ask(self) -> float | None:
        """Wait for one answer; returns the seconds that the model worked on it, where the target says so."""
        ...


class EngineAlone:
    """The engine in this process, on one thread as in the service, and nothing around it."""

    name = "engine in this process"

    def __init__(self, engine: SttEngine, thread: Executor, audio: Pcm) -> None:
        self._engine, self._thread, self._audio = engine, thread, audio

    async def ask(self) -> float:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transcribe)

    def _transcribe(self) -> float:
        began = time.perf_counter()
        pieces = self._engine.cut(self._audio)
        for start, end in pieces:
            self._engine.transcribe([Speech(self._audio.slice(start, end), self._engine.languages[0])])
        return time.perf_counter() - began


class OurPcm:
    """Our service, asked as the agent does."""

    name = "ours, PCM"

    def __init__(self, http: httpx.AsyncClient, audio: Pcm) -> None:
        self._http, self._audio = http, audio

    async def ask(self) -> float:
        return await _ask_ours(self._http, self._audio.data, f"{PCM_MEDIA_TYPE};rate={SAMPLE_RATE}")


class OurJson:
    """Our service, asked with a list of numbers."""

    name = "ours, JSON"

    def __init__(self, http: httpx.AsyncClient, audio: Pcm) -> None:
        self._http = http
        numbers = audio.floats.round(5).tolist()
        self._body = orjson.dumps(
            {"audio_data": {"sample_rate": SAMPLE_RATE, "audio_array": numbers}, "language": "en"}
        )

    async def ask(self) -> float:
        return await _ask_ours(self._http, self._body, "application/json")


class OpenAiServer:
    """Any server with OpenAI's transcription route."""

    def __init__(self, http: httpx.AsyncClient, audio: Pcm, *, url: str, model: str) -> None:
        self.name = url.removeprefix("http://").removeprefix("https://")[:24]
        self._http = http
        self._form = {"model": model, "response_format": "json"}
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(BYTES_PER_SAMPLE)
            writer.setframerate(SAMPLE_RATE)
            writer.writeframes(audio.data)
        self._file = file.getvalue()

    async def ask(self) -> None:
        files = {"file": ("speech.wav", self._file, "audio/wav")}
        answer = await self._http.post("/v1/audio/transcriptions", data=self._form, files=files)
        answer.raise_for_status()


async def _ask_ours(http: httpx.AsyncClient, body: bytes, content_type: str) -> float:
    answer = await http.post(TRANSCRIBE_PATH, content=body, headers={"content-type": content_type})
    return TranscribeResponse.model_validate_json(answer.raise_for_status().content).inference_seconds

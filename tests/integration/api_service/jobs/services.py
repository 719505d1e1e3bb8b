"""A speech and a diarization service that answer by a script, and workers as processes of their own."""

import asyncio
import io
import os
import socket
import sys
import wave
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from api_service.settings import ApiSettings
from shared.audio import SAMPLE_RATE, Pcm
from shared.contracts.diarization import (
    DIARIZE_PATH,
    EVENTS_MEDIA_TYPE,
    DiarizeResponse,
    Progress,
    SpeakerTurn,
)
from shared.contracts.stt import TRANSCRIBE_PATH, Segment, TranscribeResponse, Word
from tests.servers import ROOT

_PATIENCE_SECONDS = 60


@dataclass
class Script:
    """What the services do."""

    let: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is cleared, no piece is answered."""

    failures: int = 0
    """So many requests are answered 503 before anything is heard."""

    refuses: bool = False
    asked: list[float] = field(default_factory=list)
    """Seconds of each piece that came."""

    turns: list[SpeakerTurn] | None = None
    """None is a service that refuses."""

    refuses_length: bool = False
    """Whether whatever is to be searched for speakers is too long."""

    diarization_failures: int = 0
    """So many requests are answered 503 before anybody is told apart."""

    let_find: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is cleared, the diarization service is half done with what it is asked."""

    diarized_seconds: float = 0.0
    address: str = ""

    def __post_init__(self) -> None:
        self.let.set()
        self.let_find.set()


@asynccontextmanager
async def scripted_services() -> AsyncIterator[Script]:
    """Both services under one address."""
    script = Script()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        script.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(_app(script), log_config=None))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield script
        finally:
            script.let.set()
            script.let_find.set()
            server.should_exit = True
            await running


def _app(script: Script) -> FastAPI:
    app = FastAPI()

    @app.post(TRANSCRIBE_PATH)
    async def transcribe(request: Request) -> Response:
        audio = Pcm(await request.body())
        script.asked.append(audio.seconds)
        await script.let.wait()
        if script.refuses:
            return Response('{"code": "undecodable-audio"}', 400, media_type="application/json")
        if script.failures:
            script.failures -= 1
            return Response('{"code": "engine-busy"}', 503, media_type="application/json")
        return Response(heard_in(audio).model_dump_json(), media_type="application/json")

    @app.post(DIARIZE_PATH)
    async def diarize(request: Request) -> Response:
        script.diarized_seconds = len(await request.body()) / 2 / SAMPLE_RATE
        if script.diarization_failures:
            script.diarization_failures -= 1
            return Response('{"code": "engine-busy"}', 503, media_type="application/json")
        if script.refuses_length:
            return Response('{"code": "audio-too-long"}', 413, media_type="application/json")
        if script.turns is None:
            return Response('{"code": "undecodable-audio"}', 400, media_type="application/json")
        told = DiarizeResponse(
            segments=script.turns,
            speaker_count=len({turn.speaker_label for turn in script.turns}),
            processing_time_ms=1,
            audio_seconds=script.diarized_seconds,
            inference_seconds=0.001,
        )
        return StreamingResponse(_progress(script, told), media_type=EVENTS_MEDIA_TYPE)

    return app


async def _progress(script: Script, told: DiarizeResponse) -> AsyncIterator[str]:
    half = Progress(stage="embeddings", percent=50)
    yield f"event: progress\ndata: {half.model_dump_json()}\n\n: still there\n\n"
    await script.let_find.wait()
    yield f"event: result\ndata: {told.model_dump_json()}\n\n"


def heard_in(audio: Pcm) -> TranscribeResponse:
    """One segment of one word for each second with a tone in it."""
    segments = [
        Segment(text=f"tone {second}", start=second, end=second + 1, confidence=0.9)
        for second in range(int(audio.seconds))
        if np.abs(audio.slice(second, second + 1).floats).mean() > 0.01
    ]
    words = [Word(text=each.text, start=each.start, end=each.end) for each in segments]
    return TranscribeResponse(
        text=" ".join(segment.text for segment in segments),
        processing_time_ms=1,
        language="en",
        segments=segments,
        words=words,
        audio_seconds=audio.seconds,
        inference_seconds=0.001,
    )


def recording(*tones: int, seconds: int, channels: int = 1, salt: int = 0) -> bytes:
    """A WAV file of silence with a tone in some seconds; of two channels the second sounds a second later."""
    frames = np.zeros((seconds * SAMPLE_RATE, channels), dtype=np.int16)
    sound = np.round(8000 * np.sin(np.arange(SAMPLE_RATE) * 0.2)).astype(np.int16)
    for channel in range(channels):
        for tone in tones:
            first = (tone + channel) * SAMPLE_RATE
            frames[first : first + SAMPLE_RATE, channel] = sound
    frames[-1, 0] = salt  # makes another file of it
    file = io.BytesIO()
    with wave.open(file, "wb") as output:
        output.setparams((channels, 2, SAMPLE_RATE, 0, "NONE", ""))
        output.writeframes(frames.tobytes())
    return file.getvalue()


@asynccontextmanager
async def worker(
    settings: ApiSettings, script: Script, directory: Path, **others: str
) -> AsyncIterator[Process]:
    """A worker as it is started everywhere, with other settings beside those that it needs."""
    port = _unused_port()
    environment = os.environ | {
        "API_WORKER_PORT": str(port),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "STORAGE_URL": settings.storage_url,
        "STT_SERVICE_URL": script.address,
        "DIARIZATION_SERVICE_URL": script.address,
        "LOG_FORMAT": "json",
        **others,
    }
    with (directory / f"worker-{port}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "api_service.jobs"), cwd=ROOT, env=environment, stdin=PIPE, stderr=log
        )
    try:
        async with httpx.AsyncClient(trust_env=False) as http, asyncio.timeout(_PATIENCE_SECONDS):
            while not await _is_healthy(http, port):  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await process.wait()


def _unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _is_healthy(http: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await http.get(f"http://127.0.0.1:{port}/health")).is_success
    except httpx.TransportError:
        return False

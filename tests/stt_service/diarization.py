"""A diarization service that anybody can predict, over real HTTP and the contract of the real one."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Query, Request, Response

from shared.contracts.diarization import DIARIZE_PATH, DiarizeResponse, SpeakerCount, SpeakerTurn
from shared.contracts.stt import PCM_MEDIA_TYPE
from tests.stt_service.conftest import PATIENCE


@dataclass
class Diarization:
    """Says what it is told to."""

    url: str
    turns: list[tuple[float, float, str]] = field(default_factory=list)
    status: int = 200
    asked: list[SpeakerCount] = field(default_factory=list)
    heard_seconds: list[float] = field(default_factory=list)

    def answer(self, audio: bytes, speakers: SpeakerCount) -> Response:
        self.asked.append(speakers)
        self.heard_seconds.append(len(audio) / 32_000)
        response = DiarizeResponse(
            segments=[
                SpeakerTurn(start_time=start, end_time=end, speaker_label=speaker, duration=end - start)
                for start, end, speaker in self.turns
            ],
            speaker_count=len({speaker for _, _, speaker in self.turns}),
            processing_time_ms=1,
            audio_seconds=self.heard_seconds[-1],
            inference_seconds=0.001,
        )
        return Response(response.model_dump_json(), self.status, media_type="application/json")


@asynccontextmanager
async def diarizing() -> AsyncIterator[Diarization]:
    """The service on a free port of loopback."""
    app = FastAPI()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        diarization = Diarization(f"http://127.0.0.1:{listening.getsockname()[1]}")

        @app.post(DIARIZE_PATH)
        async def diarize(request: Request, speakers: Annotated[SpeakerCount, Query()]) -> Response:
            assert request.headers["content-type"] == f"{PCM_MEDIA_TYPE};rate=16000"
            return diarization.answer(await request.body(), speakers)

        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(PATIENCE):
            while not server.started:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)
        try:
            yield diarization
        finally:
            server.should_exit = True
            await serving

"""Progress over a real socket, and what becomes of work that nobody follows any more."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from diarization_service.diarization import GivenUp
from diarization_service.settings import DiarizationSettings
from shared.clients.diarization import DiarizationClient
from tests.diarization_service.conftest import PATIENCE, AlternatingEngine, app_with, loud

pytestmark = pytest.mark.integration

ONE_WAITS = 'intrascribe_queue_depth{queue="diarization-final"} 1.0'
NOBODY_WAITS = 'intrascribe_queue_depth{queue="diarization-final"} 0.0'


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The service on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(PATIENCE):
            while not server.started:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as http:
                yield http
        finally:
            server.should_exit = True
            await running


async def test_progress_arrives_while_the_model_works_and_hanging_up_ends_it() -> None:
    engine = AlternatingEngine()
    engine.let.clear()
    headers = {"content-type": "audio/pcm", "accept": "text/event-stream"}
    async with serving(app_with(engine, DiarizationSettings(max_waiting=1))) as http:
        before = await answered(http)
        request = http.stream("POST", "/diarize", content=loud(1).data, headers=headers)
        async with asyncio.timeout(PATIENCE), request as answer:
            async for line in answer.aiter_lines():
                if "segmentation" in line:
                    break
        async with asyncio.timeout(PATIENCE):
            while await answered(http) == before:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)
        engine.let.set()
        assert await DiarizationClient(http).diarize(loud(1))
    assert isinstance(engine.ended_by, GivenUp)


async def test_whoever_waits_and_hangs_up_leaves_a_place() -> None:
    engine = AlternatingEngine()
    engine.let.clear()
    async with serving(app_with(engine, DiarizationSettings(max_waiting=1))) as http:
        client = DiarizationClient(http)
        first = asyncio.create_task(client.diarize(loud(1)))
        assert await asyncio.to_thread(engine.begun.acquire, timeout=PATIENCE)
        waiting = asyncio.create_task(client.diarize(loud(1)))
        await told(http, ONE_WAITS)
        waiting.cancel()
        await asyncio.wait([waiting])
        await told(http, NOBODY_WAITS)
        third = asyncio.create_task(client.diarize(loud(1)))
        await told(http, ONE_WAITS)
        engine.let.set()
        assert await first == await third
    assert len(engine.asked) == 2


async def told(http: httpx.AsyncClient, line: str) -> None:
    """Until the metrics say so."""
    async with asyncio.timeout(PATIENCE):
        while line not in (await http.get("/metrics")).text:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.005)


async def answered(http: httpx.AsyncClient) -> float:
    """Requests that have ended, in all tests of this process."""
    metric = 'request_seconds_count{method="POST",route="/diarize",service="diarization",status="200"} '
    return float((await http.get("/metrics")).text.partition(metric)[2].partition("\n")[0] or 0)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/diarize", "audio/pcm"), ("/diarize-file", "multipart/form-data; boundary=b")],
)
async def test_a_body_that_does_not_come_holds_a_place_for_a_while_only(path: str, kind: str) -> None:
    async def withheld() -> AsyncIterator[bytes]:
        await asyncio.sleep(1)
        yield b""

    settings = DiarizationSettings(max_waiting=1, body_timeout_seconds=0.2)
    async with serving(app_with(AlternatingEngine(), settings)) as http:
        answer = await http.post(path, content=withheld(), headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (408, "body-too-slow")
        assert await DiarizationClient(http).diarize(loud(1))

"""The service as a process of its own: real sockets, a real model, and its end."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import numpy as np
import pytest

from shared.audio import Pcm
from shared.clients.stt import SttClient

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0


@asynccontextmanager
async def running() -> AsyncIterator[tuple[subprocess.Popen[bytes], httpx.AsyncClient]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"STT_PORT": str(port), "STT_MAX_AUDIO_SECONDS": "2000", "LOG_FORMAT": "json"}
    process = subprocess.Popen([sys.executable, "-m", "stt_service"], cwd=ROOT, env=environment)  # noqa: ASYNC220
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http:
            await until_ready(http)
            yield process, http
    finally:
        process.kill()
        process.wait()


async def until_ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(httpx.ConnectError):
                (await http.get("/health")).raise_for_status()
                return
            await asyncio.sleep(0.05)


def noise(seconds: int) -> Pcm:
    one_second = np.random.default_rng(1).normal(0, 0.1, 16_000).astype(np.float32)
    return Pcm(Pcm.from_floats(one_second).data * seconds)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    return [
        int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ]


def is_alive(process_id: int) -> bool:
    return Path(f"/proc/{process_id}").exists()


async def test_a_client_who_hangs_up_stops_the_work() -> None:
    gone = (
        'intrascribe_request_seconds_count{method="POST",route="/transcribe",service="stt",status="499"} 1.0'
    )
    async with running() as (_, http):
        impatient = asyncio.create_task(SttClient(http).transcribe(noise(1900)))
        async with asyncio.timeout(PATIENCE):
            while 'engine="moonshine-tiny-en"' not in (await http.get("/metrics")).text:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            impatient.cancel()
            await asyncio.wait([impatient])
            while gone not in (await http.get("/metrics")).text:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.01)
        assert (await SttClient(http).transcribe(Pcm(bytes(32_000)))).text == ""


async def test_it_ends_cleanly_and_leaves_nothing_behind() -> None:
    async with running() as (process, http):
        helpers = children(process)
        assert len(helpers) == 1
        answer = await http.post("/transcribe", content=b"no audio", headers={"content-type": "audio/mpeg"})
        assert answer.status_code == 400
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, PATIENCE) in (0, -signal.SIGTERM)
        assert not any(is_alive(helper) for helper in helpers)


def test_a_model_that_cannot_be_loaded_ends_it_in_one_line(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    environment = {"STT_PORT": "0", "STT_ENGINE": "faster-whisper", "STT_MODEL_DIR": str(tmp_path)}
    end = subprocess.run(
        [sys.executable, "-m", "stt_service"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    said = end.stdout + end.stderr
    assert end.returncode != 0
    assert f"{tmp_path} holds no model of faster-whisper" in said
    assert "Traceback" not in said


async def test_its_decoder_ends_when_it_is_killed() -> None:
    async with running() as (process, _):
        [helper] = children(process)
        process.kill()
        process.wait()
        async with asyncio.timeout(PATIENCE):
            while is_alive(helper):  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.01)

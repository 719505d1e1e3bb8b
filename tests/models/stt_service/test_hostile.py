"""Files that nobody should send, sent to the service as a process of its own while others work with it."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from shared.audio import Pcm
from shared.clients.stt import SttClient
from shared.decoding_child import decode
from tests.models.stt_service.conftest import ROOT, SETTINGS
from tests.models.stt_service.words import errors, words

pytestmark = pytest.mark.models

PATIENCE = 60.0
SOON = 5.0
JFK = words(
    "and so my fellow americans ask not what your country can do for you ask what you can do for your country"
)


@pytest.fixture(scope="module")
async def process() -> AsyncIterator[tuple[subprocess.Popen[bytes], httpx.AsyncClient]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "STT_PORT": str(port),
        "STT_ENGINE": "moonshine",
        "STT_MAX_WAITING": "4",
        "STT_MODELS_DIRECTORY": str(SETTINGS.models_directory),
    }
    started = subprocess.Popen([sys.executable, "-m", "stt_service"], cwd=ROOT, env=environment)  # noqa: ASYNC220
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http:
            async with asyncio.timeout(PATIENCE):
                while not await is_ready(http):  # noqa: ASYNC110 - nobody tells when
                    await asyncio.sleep(0.05)
            yield started, http
    finally:
        started.kill()
        started.wait()


async def is_ready(http: httpx.AsyncClient) -> bool:
    with suppress(httpx.ConnectError):
        return (await http.get("/health")).is_success
    return False


@pytest.fixture(scope="module")
def jfk(recordings: Path) -> Pcm:
    return Pcm(decode((recordings / "longform" / "jfk.flac").read_bytes(), max_seconds=60))


async def send(
    http: httpx.AsyncClient, content: bytes, content_type: str = "application/octet-stream"
) -> httpx.Response:
    headers = {"content-type": content_type}
    return await http.post("/transcribe", content=content, headers=headers)


@pytest.mark.parametrize("content_type", ["application/octet-stream", "audio/wav"])
async def test_no_file_ends_the_service_or_keeps_others_waiting(
    process: tuple[subprocess.Popen[bytes], httpx.AsyncClient],
    recordings: Path,
    jfk: Pcm,
    content_type: str,
) -> None:
    service, http = process
    hostile = sorted((recordings / "hostile").iterdir())
    assert len(hostile) > 25
    for file in hostile:
        began = time.monotonic()
        good = asyncio.create_task(SttClient(http).transcribe(jfk.slice(0, 3)))
        answer = await send(http, file.read_bytes(), content_type)
        assert time.monotonic() - began < SOON, file.name
        assert words((await good).text)[:5] == JFK[:5], file.name
        assert service.poll() is None, file.name
        if answer.status_code == 200:
            assert file.name == "ch8_48k.wav" or answer.json()["text"] == "", file.name
        else:
            assert answer.status_code == 400, file.name
            assert answer.headers["content-type"] == "application/problem+json"


async def test_no_format_takes_long_or_hides_words(
    process: tuple[subprocess.Popen[bytes], httpx.AsyncClient], recordings: Path
) -> None:
    service, http = process
    for file in sorted((recordings / "formats").iterdir()):
        began = time.monotonic()
        answer = await send(http, file.read_bytes())
        assert time.monotonic() - began < SOON, file.name
        heard = words(answer.json()["text"])
        assert len(heard) > 5, file.name
        assert errors(JFK[: len(heard)], heard) <= 2, file.name
    assert service.poll() is None


@pytest.mark.parametrize("kind", ["hls", "hls-of-files", "ffconcat", "sdp"])
async def test_a_playlist_opens_nothing(
    process: tuple[subprocess.Popen[bytes], httpx.AsyncClient], recordings: Path, kind: str
) -> None:
    _, http = process
    speech = recordings / "formats" / "jfk_16k.wav"
    with socket.create_server(("127.0.0.1", 0)) as bait:
        bait.setblocking(False)
        port = bait.getsockname()[1]
        playlists = {
            "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:{port}/a.ts\n",
            "hls-of-files": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{speech}\n#EXT-X-ENDLIST\n",
            "ffconcat": f"ffconcat version 1.0\nfile {speech}\nfile http://127.0.0.1:{port}/a.mp3\n",
            "sdp": f"v=0\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
        }
        answer = await send(http, playlists[kind].encode())
        assert (answer.status_code, answer.json()["code"]) == (400, "undecodable-audio")
        with pytest.raises(BlockingIOError):
            bait.accept()


async def test_a_full_queue_refuses_at_once_and_hanging_up_makes_room(
    process: tuple[subprocess.Popen[bytes], httpx.AsyncClient], jfk: Pcm
) -> None:
    _, http = process
    stt = SttClient(http)
    # One is being recognised and four wait.
    crowd = [asyncio.create_task(stt.transcribe(Pcm(jfk.data * 20))) for _ in range(5)]
    async with asyncio.timeout(PATIENCE):
        while await depth(http) < 4:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.01)
    began = time.monotonic()
    refused = await http.post("/transcribe", content=jfk.data, headers={"content-type": "audio/pcm"})
    assert time.monotonic() - began < 1
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    for each in crowd:
        each.cancel()
    await asyncio.wait(crowd)
    async with asyncio.timeout(SOON):
        while await depth(http):  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.01)
        assert words((await stt.transcribe(jfk)).text) == JFK


async def depth(http: httpx.AsyncClient) -> float:
    text = (await http.get("/metrics")).text
    return float(text.partition('intrascribe_queue_depth{queue="stt-final"} ')[2].partition("\n")[0] or 0)

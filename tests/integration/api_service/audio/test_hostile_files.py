"""Files that nobody should send, and all that people do send, to the API as a process of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.integration.api_service.audio.conftest import ROOT
from tests.integration.api_service.audio.uploads import files
from tests.servers import Servers

pytestmark = pytest.mark.integration

PATIENCE, SOON = 60.0, 15.0
AUDIO = {"ch8_48k.wav", "one_sample.wav", "silence_60s.wav"}
"""Of the hostile ones; the libraries' own test files may be either."""


@dataclass(frozen=True, slots=True)
class Api:
    process: subprocess.Popen[bytes]
    http: httpx.AsyncClient
    headers: dict[str, str]


@pytest.fixture(scope="module")
async def api(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    directory = tmp_path_factory.mktemp("hostile")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "API_PORT": str(port),
        "API_DEVELOPMENT_KEY_FILE": str(directory / "key.pem"),
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "LIVEKIT_URL": servers.livekit_url,
        "LIVEKIT_API_KEY": servers.livekit_api_key,
        "LIVEKIT_API_SECRET": servers.livekit_api_secret,
        "STORAGE_URL": (directory / "storage").as_uri(),
    }
    process = subprocess.Popen([sys.executable, "-m", "api_service"], cwd=ROOT, env=environment)  # noqa: ASYNC220
    try:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False) as http:
            async with asyncio.timeout(PATIENCE):
                while not await answers(http):  # noqa: ASYNC110 - nobody tells when
                    await asyncio.sleep(0.05)
            email = f"ada-{uuid4().hex[:8]}@example.com"
            signed_in = await http.post("/api/v1/auth/development-token", json={"email": email})
            yield Api(process, http, {"authorization": f"Bearer {signed_in.json()['access_token']}"})
    finally:
        process.terminate()
        process.wait(PATIENCE)


async def answers(http: httpx.AsyncClient) -> bool:
    with suppress(httpx.ConnectError):
        return (await http.get("/api/v1/auth/config")).is_success
    return False


async def bring(api: Api, session: dict[str, str], content: bytes) -> httpx.Response:
    asked = {"filename": "named.mp3", "size_bytes": len(content)}
    ticket = await api.http.post(f"{files(session)}/uploads", json=asked, headers=api.headers)
    if ticket.is_error:
        return ticket
    sent = await api.http.put(ticket.json()["upload_url"], content=content)
    assert sent.status_code == 204
    return await api.http.post(ticket.json()["complete_url"], headers=api.headers)


@pytest.fixture
async def session(api: Api) -> dict[str, str]:
    answer = await api.http.post("/api/v1/sessions", json={"title": "a"}, headers=api.headers)
    made: dict[str, str] = answer.json()
    return made


async def test_no_file_ends_the_service_or_is_taken_for_what_it_is_not(
    api: Api, session: dict[str, str], recordings: Path
) -> None:
    kept = set()
    hostile = sorted((recordings / "hostile").iterdir())
    assert len(hostile) > 25
    for file in hostile:
        began = time.monotonic()
        answer = await bring(api, session, file.read_bytes())
        assert time.monotonic() - began < SOON, file.name
        assert api.process.poll() is None, file.name
        if answer.is_success:
            kept.add(file.name)
            assert answer.json()["duration_seconds"] > 0
            assert answer.json()["mime_type"].startswith("audio/")
        else:
            assert answer.status_code in (415, 422), file.name
            assert answer.headers["content-type"] == "application/problem+json"
    assert kept >= AUDIO
    refused = {file.name for file in hostile} - kept
    assert refused >= {
        *("html_renamed.mp3", "text_renamed.wav", "ffconcat_ssrf.mp3", "hls_ssrf.m3u8", "zero_length.wav"),
        *("random_bytes.webm", "video_no_audio.mp4", "channels_65535.wav", "samplerate_0.wav"),
    }
    listed = (await api.http.get(files(session), headers=api.headers)).json()
    assert len(listed) == len(kept)


async def test_every_format_is_known_for_what_it_is(
    api: Api, session: dict[str, str], recordings: Path
) -> None:
    for file in sorted((recordings / "formats").iterdir()):
        began = time.monotonic()
        answer = await bring(api, session, file.read_bytes())
        assert time.monotonic() - began < SOON, file.name
        assert answer.status_code == 200, file.name
        facts = answer.json()
        assert facts["format"] == ("ogg" if file.suffix == ".opus" else file.suffix[1:]), file.name
        seconds = 5 if file.suffix == ".mp4" else 11
        assert facts["duration_seconds"] == pytest.approx(seconds, abs=0.1), file.name
    assert api.process.poll() is None

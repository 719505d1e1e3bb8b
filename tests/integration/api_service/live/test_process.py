"""The API as a process of its own: how it stops, and what it writes to its log."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api_service.database import Connection
from api_service.jobs import schema as queue
from tests.integration.api_service.jobs.services import recording
from tests.integration.api_service.live.meetings import Meeting, until
from tests.servers import ROOT, Servers

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Running:
    """One process, its client, and where its log goes."""

    process: Process
    http: httpx.AsyncClient
    log: Path

    async def sign_in(self, meeting: Meeting) -> dict[str, str]:
        answer = await self.http.post("/api/v1/auth/development-token", json={"email": meeting.owner})
        return {"authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    async def answers(self) -> bool:
        try:
            return (await self.http.get("/")).is_success
        except httpx.TransportError:
            return False

    async def ends(self) -> float:
        """How long it takes to end, in seconds."""
        began = time.monotonic()
        async with asyncio.timeout(40):
            await self.process.wait()
        return time.monotonic() - began


@asynccontextmanager
async def running(servers: Servers, directory: Path, port: int) -> AsyncIterator[Running]:
    """The API as it is started everywhere, at its most talkative."""
    log = directory / "api.log"
    environment = os.environ | {
        "API_PORT": str(port),
        "API_DEVELOPMENT_KEY_FILE": str(directory / "development.pem"),
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "LIVEKIT_URL": servers.livekit_url,
        "LIVEKIT_API_KEY": servers.livekit_api_key,
        "LIVEKIT_API_SECRET": servers.livekit_api_secret,
        "STORAGE_URL": (directory / "files").as_uri(),
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "json",
    }
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "api_service", cwd=ROOT, env=environment, stdin=PIPE, stderr=output
        )
    try:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, timeout=40, trust_env=False) as http:
            api = Running(process, http, log)
            await until(api.answers, within=60)
            yield api
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_stop_finishes_what_is_running_and_sends_followers_away_at_once(
    servers: Servers, meeting: Meeting, admin: Connection, tmp_path: Path, unused_port: int
) -> None:
    events = f"/api/v1/realtime/sessions/{meeting.id}/events"
    socket_address = f"ws://127.0.0.1:{unused_port}/api/v1/realtime/sessions/{meeting.id}/ws"
    async with running(servers, tmp_path, unused_port) as api:
        headers = await api.sign_in(meeting)
        token = headers["authorization"].removeprefix("Bearer ")
        protocols = [Subprotocol("intrascribe.v1"), Subprotocol(f"bearer.{token}")]
        await meeting.say("ann 0.0-1.0 r0: confidential")
        async with (
            api.http.stream("GET", events, headers=headers) as stream,
            connect(socket_address, subprotocols=protocols, proxy=None) as socket,
        ):
            lines = stream.aiter_lines()
            assert "snapshot" in await anext(lines) + await anext(lines)
            await socket.recv()
            async with admin.transaction():
                await admin.execute("lock table public.summary_templates in access exclusive mode")
                request = asyncio.create_task(api.http.get("/api/v1/templates", headers=headers))
                await until(lambda: _waits_for_a_lock(admin))
                stopped_at = time.monotonic()
                api.process.send_signal(signal.SIGTERM)
                close_code = await _closed(socket)
                rest = [line async for line in lines]
                away_seconds = time.monotonic() - stopped_at
                assert not request.done()
            answer = await request
        assert (answer.status_code, answer.json()) == (200, [])
        assert "retry: 1000" in rest
        assert close_code == 1012
        assert away_seconds < 8
        assert await api.ends() < 8
        written = api.log.read_text()
    assert token not in written
    assert "confidential" not in written
    assert meeting.owner not in written
    assert "Traceback" not in written


async def test_who_waits_for_a_transcript_is_given_its_task_when_the_process_stops(
    servers: Servers, meeting: Meeting, admin: Connection, tmp_path: Path, unused_port: int
) -> None:
    queue.apply(servers.database_admin_url)
    files = {"audio_file": ("a.wav", recording(1, seconds=2), "audio/wav")}
    async with running(servers, tmp_path, unused_port) as api:
        headers = await api.sign_in(meeting)
        path = "/api/v1/transcriptions/batch"
        request = asyncio.create_task(api.http.post(path, files=files, headers=headers, timeout=60))
        await until(lambda: _is_queued(admin, meeting), within=40)
        api.process.send_signal(signal.SIGTERM)
        answer = await request
        assert (answer.status_code, answer.json()["status"]) == (202, "processing"), answer.text
        assert answer.headers["location"] == f"/api/v2/tasks/{answer.json()['task_id']}"
        assert await api.ends() < 8
        assert "Traceback" not in api.log.read_text()


async def _is_queued(admin: Connection, meeting: Meeting) -> bool:
    cursor = await admin.execute(
        """
        select from public.jobs join public.users on users.id = jobs.user_id
        where users.email = %s and kind = 'transcribe'
        """,
        [meeting.owner],
    )
    return await cursor.fetchone() is not None


async def _closed(socket: ClientConnection) -> int | None:
    """The code with which the server closes."""
    async with asyncio.timeout(40):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else None


async def _waits_for_a_lock(admin: Connection) -> bool:
    cursor = await admin.execute(
        "select from pg_stat_activity where usename = 'intrascribe_api' and wait_event_type = 'Lock'"
    )
    return await cursor.fetchone() is not None

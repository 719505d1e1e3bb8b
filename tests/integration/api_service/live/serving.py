"""The real API on a real port: streams cannot be read through an in-process transport."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from pydantic import SecretStr

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.live.meetings import Meeting
from tests.servers import Servers


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    id: str
    kind: str
    data: dict[str, object]


class Listening:
    """An open stream of events."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> Told | None:
        """The next event, or None at the end of the stream."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(40):
            async for line in self._lines:
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "event" in fields:
                    return Told(fields["id"], fields["event"], json.loads(fields["data"]))
        return None

    async def take(self, count: int) -> list[Told]:
        """This many events, all of which have to come."""
        events = [await self.next() for _ in range(count)]
        return [event for event in events if event is not None]


@dataclass(frozen=True)
class Api:
    """A running API and a client of it."""

    http: httpx.AsyncClient
    server: uvicorn.Server

    async def sign_in(self, meeting: Meeting) -> dict[str, str]:
        """The header of the meeting's owner."""
        return await self.sign_in_as(meeting.owner)

    async def sign_in_as(self, email: str) -> dict[str, str]:
        answer = await self.http.post("/api/v1/auth/development-token", json={"email": email})
        return {"authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    @asynccontextmanager
    async def listening(
        self, meeting: Meeting, headers: dict[str, str], *, after: str | None = None
    ) -> AsyncIterator[Listening]:
        address = f"/api/v1/realtime/sessions/{meeting.id}/events"
        params = {"after": after} if after else {}
        async with self.http.stream("GET", address, headers=headers, params=params) as response:
            assert response.status_code == 200, await response.aread()
            yield Listening(response)


@asynccontextmanager
async def serving(
    servers: Servers,
    directory: Path,
    *,
    port: int | None = None,
    redis_url: str | None = None,
    database_url: str | None = None,
    service_token: str | None = None,
    cors_origins: tuple[str, ...] = (),
) -> AsyncIterator[Api]:
    """The API over these servers, or over other addresses of them."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port or 0))
        chosen = listener.getsockname()[1]
        settings = ApiSettings(
            port=chosen,
            database_url=SecretStr(database_url or servers.database_url),
            redis_url=SecretStr(redis_url or servers.redis_url),
            livekit_url=servers.livekit_url,
            livekit_api_key=servers.livekit_api_key,
            livekit_api_secret=SecretStr(servers.livekit_api_secret),
            development_key_file=directory / "development.pem",
            storage_url=(directory / "storage").as_uri(),
            service_token=SecretStr(service_token) if service_token else None,
            cors_origins=cors_origins,
            rate_limits=False,
        )
        config = uvicorn.Config(
            create_app(settings), log_config=None, access_log=False, ws_max_size=1_000_000
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with asyncio.timeout(40):
                while not server.started:  # noqa: ASYNC110 - it has no event for that
                    await asyncio.sleep(0.01)
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{chosen}", timeout=40, trust_env=False
            ) as http:
                yield Api(http, server)
        finally:
            server.should_exit = True
            await running

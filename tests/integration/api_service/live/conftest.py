"""A meeting in real servers, and the real API on a port of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import psycopg
import pytest
from livekit.api import LiveKitAPI
from psycopg.rows import dict_row
from redis.asyncio import Redis

from api_service.database import Connection, Database
from api_service.livekit.presence_rooms import LiveKitRooms
from shared.clients.redis import connect
from tests.integration.api_service.live.meetings import Meeting, Meetings
from tests.integration.api_service.live.members import Member, member
from tests.integration.api_service.live.serving import Api, serving
from tests.servers import Servers


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    async with connect(servers.redis_url) as client:
        yield client


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[Database]:
    opened = Database(servers.database_url, connections=4)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def admin(servers: Servers) -> AsyncIterator[Connection]:
    """The superuser, for looking at what is really stored."""
    async with await psycopg.AsyncConnection.connect(
        servers.database_admin_url, autocommit=True, row_factory=dict_row
    ) as connection:
        yield connection


@pytest.fixture
async def meetings(redis: Redis, admin: Connection) -> Meetings:
    return Meetings(redis, admin)


@pytest.fixture
async def meeting(meetings: Meetings) -> Meeting:
    return await meetings.open()


@pytest.fixture
async def api(servers: Servers, tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(servers, tmp_path) as running:
        yield running


@pytest.fixture
async def rooms(servers: Servers) -> AsyncIterator[LiveKitRooms]:
    livekit = LiveKitAPI(
        servers.livekit_url,
        servers.livekit_api_key,
        servers.livekit_api_secret,
        timeout=aiohttp.ClientTimeout(total=5),
    )
    yield LiveKitRooms(livekit)
    await livekit.aclose()
    await asyncio.sleep(0)  # aiohttp closes its sockets with the next turn of the loop


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def owner(api: Api, meeting: Meeting) -> Member:
    return await member(api, meeting.owner)


@pytest.fixture
async def guest(api: Api, meeting: Meeting, owner: Member) -> Member:
    """Somebody with an invitation."""
    code = (await owner.send("GET", f"/api/v1/sessions/{meeting.id}")).json()["invite_code"]
    joining = await member(api, f"{uuid4().hex}@example.com")
    joined = await joining.send("POST", "/api/v1/sessions/join", {"invite_code": code})
    joined.raise_for_status()
    return joining


@pytest.fixture
async def stranger(api: Api) -> Member:
    return await member(api, f"{uuid4().hex}@example.com")

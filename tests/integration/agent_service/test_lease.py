"""One agent a session, on a real Redis protocol server."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from livekit import rtc
from pydantic import SecretStr
from redis.asyncio import Redis

from agent_service.agent import RoomAgent
from agent_service.lease import Lease
from agent_service.settings import AgentSettings
from shared.clients.redis import connect
from shared.contracts.captions import stream_key
from shared.contracts.rooms import LEASE_SECONDS, NO_HOLDER, AgentJob, lease_key
from tests.scripted import until
from tests.servers import Servers

pytestmark = pytest.mark.integration


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    async with connect(servers.redis_url) as client:
        yield client


@pytest.fixture
def session() -> UUID:
    return uuid4()


def lease(redis: Redis, session: UUID, holder: str) -> Lease:
    return Lease(redis, session, holder=holder, now=time.monotonic)


@asynccontextmanager
async def held(own: Lease) -> AsyncIterator[asyncio.Task[None]]:
    holding = asyncio.create_task(own.hold())
    try:
        yield holding
    finally:
        holding.cancel()
        await asyncio.wait([holding])


async def test_a_free_lease_is_taken_at_once(redis: Redis, session: UUID) -> None:
    began = time.monotonic()
    own = lease(redis, session, "one")
    assert await own.acquire()
    assert await own.covers(began)
    assert 0 < await redis.pttl(lease_key(session)) <= LEASE_SECONDS * 1000
    assert time.monotonic() < began + LEASE_SECONDS


async def test_an_agent_whose_room_came_too_late_does_not_claim_to_listen(
    redis: Redis, session: UUID, servers: Servers, tmp_path: Path
) -> None:
    settings = AgentSettings(
        redis_url=SecretStr(servers.redis_url),
        storage_url=tmp_path.as_uri(),
        spool_directory=tmp_path / "spool",
    )
    reasons: list[str] = []
    job = AgentJob(session_id=session, language="en", started_at=datetime.now(UTC))
    agent = RoomAgent(rtc.Room(), job, identity="slow", settings=settings, leave=reasons.append)

    async def connect_late() -> None:
        await redis.set(lease_key(session), NO_HOLDER, px=60_000)
        await until(lambda: bool(reasons))

    await agent.start(connect_late)
    await agent.aclose()
    assert reasons == ["another agent has the lease"]
    assert await redis.xlen(stream_key(session)) == 0


async def test_a_dead_predecessors_lease_is_waited_for(redis: Redis, session: UUID) -> None:
    assert await lease(redis, session, "dead").acquire()
    began = time.monotonic()
    assert await lease(redis, session, "next").acquire()
    assert LEASE_SECONDS - 0.5 < time.monotonic() - began < LEASE_SECONDS + 3


async def test_a_living_holder_is_not_waited_for_any_longer(redis: Redis, session: UUID) -> None:
    own = lease(redis, session, "living")
    assert await own.acquire()
    async with held(own):
        assert not await lease(redis, session, "extra").acquire()
    assert await redis.get(lease_key(session)) == "living"


async def test_a_released_lease_is_free_and_what_was_said_under_it_stays_covered(
    redis: Redis, session: UUID
) -> None:
    own = lease(redis, session, "one")
    assert await own.acquire()
    said_at = time.monotonic()
    await own.release()
    assert not await redis.exists(lease_key(session))
    assert await own.covers(said_at)
    assert not await own.covers(time.monotonic() + 1)


async def test_a_lost_lease_ends_the_holding_and_covers_no_more(redis: Redis, session: UUID) -> None:
    own = lease(redis, session, "one")
    assert await own.acquire()
    async with held(own) as holding:
        await redis.set(lease_key(session), "other")
        async with asyncio.timeout(20):
            await holding
        assert not await own.covers(time.monotonic() + LEASE_SECONDS)
        await own.release()
    assert await redis.get(lease_key(session)) == "other"


async def test_while_redis_does_not_answer_the_lease_is_in_doubt_and_then_ours_again(
    redis: Redis, session: UUID
) -> None:
    own = lease(redis, session, "one")
    assert await own.acquire()
    async with held(own):
        await redis.client_pause(4_000)
        later = asyncio.create_task(own.covers(time.monotonic() + LEASE_SECONDS + 0.5))
        await asyncio.wait([later], timeout=2)
        assert not later.done()
        async with asyncio.timeout(20):
            assert await later

"""One agent a session, on a real Redis protocol server."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from agent_service.lease import Lease
from shared.clients.redis import connect
from shared.contracts.rooms import LEASE_SECONDS, lease_key
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
    assert time.monotonic() < began + 0.5


async def test_a_dead_predecessors_lease_is_waited_for(redis: Redis, session: UUID) -> None:
    assert await lease(redis, session, "dead").acquire()
    began = time.monotonic()
    assert await lease(redis, session, "next").acquire()
    assert LEASE_SECONDS - 0.5 < time.monotonic() - began < LEASE_SECONDS + 0.5


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
        async with asyncio.timeout(3):
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
        async with asyncio.timeout(8):
            assert await later

"""Connections of the pool, whoever had them before."""

import asyncio
import time
from uuid import uuid4

import pytest

from api_service.database import Database
from tests.servers import Servers

pytestmark = pytest.mark.integration
_CLAIMS: dict[str, object] = {"sub": str(uuid4()), "role": "authenticated"}
_BUSY_SECONDS = 0.02
"""After a loop was busy for so long, psycopg gives it a turn after any step; there one is cancelled."""


async def test_somebody_who_is_cancelled_leaves_a_connection_as_it_was(servers: Servers) -> None:
    database = Database(servers.database_url, connections=1, doubted_after_seconds=0.0)
    await database.open()
    try:
        assert await _seen_as(database) == "authenticated"
        for turns in range(30):
            hurried = asyncio.create_task(_seen_as(database))
            time.sleep(_BUSY_SECONDS)  # noqa: ASYNC251 - the loop is to be busy
            for _ in range(turns):
                await asyncio.sleep(0)
            hurried.cancel()
            await asyncio.wait([hurried])
            assert await _seen_as(database) == "authenticated"
    finally:
        await database.close()


async def _seen_as(database: Database) -> str:
    async with database.as_user(_CLAIMS) as connection:
        row = await (await connection.execute("select current_user as name")).fetchone()
        assert row
        name: str = row["name"]
        return name

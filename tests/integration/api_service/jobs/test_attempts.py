"""An attempt ends when its work does, whatever becomes of what watches over it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
import pytest

from api_service.database import Connection, Database
from api_service.jobs.runner import Runner, TryLater, Work
from shared.errors import Unavailable
from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration


class Losing(Database):
    """Loses the first cancellation of whoever is just being answered, as psycopg may."""

    def __init__(self, url: str) -> None:
        super().__init__(url, connections=3)
        self.answering = asyncio.Event()
        self._questions = 0

    @asynccontextmanager
    async def as_service(self) -> AsyncIterator[Connection]:
        async with super().as_service() as connection:
            yield connection
        self._questions += 1
        # The first begins the attempt, and the second asks whether it is still wanted.
        if self._questions == 2:
            self.answering.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return


async def test_an_attempt_ends_though_its_watch_does_not_hear_that_it_is_over(
    ada: Person, servers: Servers
) -> None:
    session = (await ada.new_session())["id"]
    with psycopg.connect(servers.database_admin_url) as admin:
        query = (
            "insert into public.jobs (user_id, session_id, kind) values (%s, %s, 'summarize') returning id"
        )
        row = admin.execute(query, [ada.id, session]).fetchone()
    assert row
    database = Losing(servers.database_url)
    await database.open()

    async def do(_: Work) -> None:
        await database.answering.wait()
        raise Unavailable("Not now")

    try:
        async with asyncio.timeout(10):
            with pytest.raises(TryLater):
                await Runner(database, do, limit_seconds=60).run(UUID(str(row[0])))
    finally:
        await database.close()

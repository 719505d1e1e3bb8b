"""One pool, and the two ways to hold a connection: as a user under row-level security, or as the service.

The login role owns nothing and reads nothing. As a user it becomes `authenticated` for one transaction, so
policies always apply; as the service it may only call the functions of the schema `internal`.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from shared.errors import Unavailable

Connection = psycopg.AsyncConnection[DictRow]
_BECOME_USER = """
    select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)
"""


class Database:
    """Opened and closed by the lifespan. Raises Unavailable while Postgres cannot be reached."""

    def __init__(self, url: str, *, connections: int, wait_seconds: float = 5.0) -> None:
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=psycopg.AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row, "prepare_threshold": None},
            min_size=1,
            max_size=connections,
            timeout=wait_seconds,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def as_user(self, claims: dict[str, object]) -> AsyncIterator[Connection]:
        """One transaction that sees what the verified claims may see; committed at the end of the block."""
        async with self.as_service() as connection:
            await connection.execute(_BECOME_USER, [json.dumps(claims)])
            yield connection

    @asynccontextmanager
    async def as_service(self) -> AsyncIterator[Connection]:
        """One transaction of the login role itself; committed at the end of the block."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as failure:
            raise Unavailable("The database cannot be reached") from failure

"""One pool, and the two ways to hold a connection: as a user under row-level security, or as the service.

The login role owns nothing and reads nothing. As a user it becomes `authenticated` for one transaction, so
policies always apply; as the service it may only call the functions of the schema `internal`.
"""

import json
import select
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

import psycopg
import structlog
from fastapi import Request, Response
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from shared.errors import InvalidRequest, NotFound, Unavailable
from shared.serving import answer

log = structlog.get_logger()

Connection = psycopg.AsyncConnection[DictRow]
_BECOME_USER = """
    select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)
"""
_PREPARED_AFTER = 5
"""Uses of a statement by one connection. Planning costs more than most of what is read here."""

_POLICIES_ARE_CHECKED_BY = "ExecWithCheckOptions"
"""In Postgres; its code is that of a missing grant as well, and its words are in the server's language."""


class Database:
    """Opened and closed by the lifespan. Raises Unavailable while Postgres cannot be reached."""

    def __init__(
        self,
        url: str,
        *,
        connections: int,
        wait_seconds: float = 5.0,
        prepares: bool = True,
        doubted_after_seconds: float = 1.0,
    ) -> None:
        self._doubted_after_seconds = doubted_after_seconds
        self._used_at: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=psycopg.AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row, "prepare_threshold": _PREPARED_AFTER if prepares else None},
            min_size=1,
            max_size=connections,
            timeout=wait_seconds,
            check=self._check,
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
            await become_user(connection, claims)
            yield connection

    @asynccontextmanager
    async def as_service(self) -> AsyncIterator[Connection]:
        """One transaction of the login role itself; committed at the end of the block."""
        try:
            async with self._pool.connection() as connection:
                yield connection
                self._used_at[connection] = time.monotonic()
        except (DeadlockDetected, SerializationFailure) as failure:
            raise Unavailable("Others were changing the same") from failure
        except (psycopg.OperationalError, PoolTimeout) as failure:
            raise Unavailable("The database cannot be reached") from failure

    async def _check(self, connection: Connection) -> None:
        """Asks a connection whether it lives, if it was idle for a while or its server has said something.

        Asking each time would cost every request a round trip, and a server that ends says so at once. The
        pool's own way of asking needs autocommit, in which a cancellation may leave the connection: what
        holds for one transaction, the role above all, would then hold for no statement.
        """
        idle_seconds = time.monotonic() - self._used_at.get(connection, 0.0)
        if idle_seconds > self._doubted_after_seconds or _has_news(connection):
            await connection.execute("")
            await connection.commit()


async def become_user(connection: Connection, claims: dict[str, object]) -> None:
    """See what the verified claims may see, until the transaction ends."""
    await connection.execute(_BECOME_USER, [json.dumps(claims)])


def answer_data_error(request: Request, error: Exception) -> Response:
    """A value that Postgres cannot hold came from who asked; all of ours are in bounds."""
    log.warning("request.not_storable", sqlstate=getattr(error, "sqlstate", None))
    return answer(InvalidRequest("A value in it is out of the bounds of what is stored"), request)


def answer_gone(request: Request, _: Exception) -> Response:
    """What a row was to belong to was there when it was looked up, and has been deleted since."""
    return answer(NotFound("What this belongs to has just been deleted"), request)


def answer_refused(request: Request, error: Exception) -> Response:
    """A policy looks for what a row is to belong to once more, and does not find what has just been deleted.

    Whatever else we may not do is a fault of ours.
    """
    diagnosis = error.diag if isinstance(error, psycopg.Error) else None
    if diagnosis is None or diagnosis.source_function != _POLICIES_ARE_CHECKED_BY:
        raise error
    return answer_gone(request, error)


def _has_news(connection: Connection) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))

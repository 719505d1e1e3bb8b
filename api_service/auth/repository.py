"""Makes development accounts."""

from uuid import UUID

import psycopg

from api_service.database import Connection


async def ensure_development_user(
    connection: Connection, *, email: str, full_name: str | None
) -> UUID | None:
    """The id of the account with this address, made when there is none. Needs the service's connection.

    None where Supabase makes the accounts: only the bootstrap of a plain Postgres brings the function.
    """
    query = "select internal.ensure_development_user(%s, %s) as id"
    try:
        cursor = await connection.execute(query, [email, full_name])
    except psycopg.errors.UndefinedFunction:
        return None
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - a function without a set returns one row
    account: UUID = row["id"]
    return account

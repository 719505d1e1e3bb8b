"""Makes development accounts."""

from uuid import UUID

from api_service.database import Connection


async def ensure_development_user(connection: Connection, *, email: str, full_name: str | None) -> UUID:
    """The id of the account with this address, made when there is none. Needs the service's connection."""
    query = "select internal.ensure_development_user(%s, %s) as id"
    cursor = await connection.execute(query, [email, full_name])
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - a function without a set returns one row
    account: UUID = row["id"]
    return account

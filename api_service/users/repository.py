"""Reads and changes accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row

from api_service.database import Connection


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: UUID
    email: str | None
    username: str
    full_name: str | None
    avatar_url: str | None
    is_active: bool
    created_at: datetime

    @property
    def display_name(self) -> str:
        """What others in a room see."""
        return self.full_name or self.username


_COLUMNS = sql.SQL("id, email, username, full_name, avatar_url, is_active, created_at")
_SELECT = sql.SQL("select {} from public.users where id = %s").format(_COLUMNS)


async def find(connection: Connection, user_id: UUID) -> User | None:
    """The user's own account."""
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(_SELECT, [user_id])
        return await cursor.fetchone()


async def own_sessions(connection: Connection, user_id: UUID) -> dict[UUID, str]:
    """All sessions that this user owns, each with its status."""
    query = "select id, status from public.recording_sessions where user_id = %s"
    cursor = await connection.execute(query, [user_id])
    return {row["id"]: row["status"] for row in await cursor.fetchall()}


async def change(connection: Connection, user_id: UUID, values: Mapping[str, str | None]) -> User | None:
    """The user's own account with new values by column, of which there is at least one."""
    statement = sql.SQL("update public.users set {} where id = {} returning {}").format(
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
        ),
        sql.Placeholder("user_id"),
        _COLUMNS,
    )
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(statement, {**values, "user_id": user_id})
        return await cursor.fetchone()

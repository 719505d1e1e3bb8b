"""Reads accounts."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: UUID
    email: str | None
    username: str
    full_name: str | None
    is_active: bool

    @property
    def display_name(self) -> str:
        """What others in a room see."""
        return self.full_name or self.username


async def find(connection: Connection, user_id: UUID) -> User | None:
    """The user's own account."""
    query = "select id, email, username, full_name, is_active from public.users where id = %s"
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(query, [user_id])
        return await cursor.fetchone()

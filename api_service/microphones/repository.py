"""Reads and marks the microphones of a session."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection


@dataclass(frozen=True, slots=True)
class MemberMicrophone:
    """Of a member of the session."""

    user_id: UUID
    name: str
    shared: bool


async def in_session(connection: Connection, session_id: UUID, *, user_id: UUID) -> list[MemberMicrophone]:
    """Those of all members of a session that this user is a member of, in the order in which they came."""
    query = """
        select member.user_id, names.name, member.shared_microphone as shared
        from public.session_members as mine
        join public.session_members as member on member.session_id = mine.session_id
        join internal.member_names(%(session_id)s) as names on names.user_id = member.user_id
        where mine.session_id = %(session_id)s and mine.user_id = %(user_id)s
        order by member.joined_at, member.user_id
    """
    async with connection.cursor(row_factory=class_row(MemberMicrophone)) as cursor:
        await cursor.execute(query, {"session_id": session_id, "user_id": user_id})
        return await cursor.fetchall()


async def share(connection: Connection, session_id: UUID, member: UUID, *, shared: bool) -> bool:
    """Mark one's own, or as the owner anybody's. Returns whether there is such a member for one to mark."""
    cursor = await connection.execute(
        "select internal.share_microphone(%s, %s, %s) as marked", [session_id, member, shared]
    )
    row = await cursor.fetchone()
    return bool(row and row["marked"])

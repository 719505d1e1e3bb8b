"""The life of sessions as presence reads and changes it, as the service and for no user."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection


@dataclass(frozen=True, slots=True)
class WatchedSession:
    """What an agent and the decisions about it need of a session."""

    id: UUID
    status: str
    language: str
    started_at: datetime | None
    record: bool


async def watched_sessions(connection: Connection, ids: Iterable[UUID]) -> list[WatchedSession]:
    """Those with these ids that exist, and all that are recording or paused."""
    query = "select * from internal.sessions_in(%s) union select * from internal.recording_sessions()"
    async with connection.cursor(row_factory=class_row(WatchedSession)) as cursor:
        await cursor.execute(query, [list(ids)])
        return await cursor.fetchall()


async def open_session(connection: Connection, session_id: UUID, *, at: datetime) -> datetime | None:
    """Make it recording; its clock starts at this instant if it never ran. Returns when its clock started."""
    query = "select started_at from internal.open_session(%s, %s)"
    cursor = await connection.execute(query, [session_id, at])
    row = await cursor.fetchone()
    started_at: datetime | None = row["started_at"] if row else None
    return started_at


async def complete_session(connection: Connection, session_id: UUID, *, at: datetime) -> bool:
    """Whether it was not completed before."""
    query = "select internal.set_session_status(%s, 'completed', %s) as changed"
    cursor = await connection.execute(query, [session_id, at])
    row = await cursor.fetchone()
    return bool(row and row["changed"])

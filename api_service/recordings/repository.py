"""What the job that joins a recording reads and writes, as the service."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection
from api_service.jobs.repository import Attempt
from api_service.recordings.posted import posted_name


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file that has been stored under a reserved path."""

    id: UUID
    kind: Literal["mix", "participant"]
    participant_identity: str | None
    participant_name: str | None
    filename: str
    path: str
    bucket: str
    size: int
    hash: str
    duration: float
    format: str
    mime: str
    rate: int


async def names(connection: Connection, attempt: Attempt, identities: Sequence[str]) -> dict[str, str]:
    """What those who were recorded are called, whether or not they were captioned, by their identities."""
    query = "select participant_identity, speaker from internal.recorded_people(%s, %s)"
    cursor = await connection.execute(query, [attempt.id, list(identities)])
    called = {row["participant_identity"]: row["speaker"] for row in await cursor.fetchall()}
    # Who is unknown is called by the identity.
    return {
        identity: name if name != identity else posted_name(identity) or identity
        for identity, name in called.items()
    }


async def store(
    connection: Connection, attempt: Attempt, files: Sequence[RecordedFile], *, result: dict[str, JsonValue]
) -> bool:
    """Put these files in the place of those made before, and finish the job. False when it is another's."""
    values = json.dumps([asdict(file) | {"id": str(file.id)} for file in files])
    cursor = await connection.execute(
        "select internal.store_recording(%s, %s, %s::jsonb, %s) as stored",
        [attempt.id, attempt.attempt, values, Jsonb(result)],
    )
    row = await cursor.fetchone()
    return bool(row and row["stored"])


async def hear_again(connection: Connection, attempt: Attempt) -> None:
    """Queue the second pass of the meeting whose recording this job has joined."""
    await connection.execute("select internal.add_second_pass(%s)", [attempt.id])


async def join_again(connection: Connection, session_id: UUID) -> bool:
    """Queue the joining of a meeting that is over, unless that waits already."""
    cursor = await connection.execute("select internal.join_late_recording(%s) as job", [session_id])
    row = await cursor.fetchone()
    return bool(row and row["job"])


async def is_there(connection: Connection, session_id: UUID) -> bool:
    """Whether there is such a session, whoever may see it."""
    cursor = await connection.execute("select from internal.sessions_in(%s)", [[session_id]])
    return await cursor.fetchone() is not None

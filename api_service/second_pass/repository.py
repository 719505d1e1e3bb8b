"""What the second pass reads and writes, as the service."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection
from api_service.jobs.repository import Attempt
from api_service.second_pass.matching import Known, Stretch
from api_service.second_pass.revising import Person, Revision


async def people(connection: Connection, attempt: Attempt, identities: Sequence[str]) -> list[Person]:
    """Who these participants are, in this order."""
    query = """
        select person.* from internal.recorded_people(%s, %s) as person
        order by array_position(%s, person.participant_identity)
    """
    async with connection.cursor(row_factory=class_row(Person)) as cursor:
        await cursor.execute(query, [attempt.id, list(identities), list(identities)])
        return await cursor.fetchall()


async def hold(connection: Connection, attempt: Attempt) -> list[tuple[str | None, Known]]:
    """The segments of the live transcript with their participants; nobody changes them meanwhile."""
    cursor = await connection.execute(
        "select * from internal.hold_live_transcript(%s, %s)", [attempt.id, attempt.attempt]
    )
    return [
        (
            row["participant_identity"],
            Known(row["segment_id"], Stretch(row["start_time"], row["end_time"]), row["edited"], row["text"]),
        )
        for row in await cursor.fetchall()
    ]


async def store(
    connection: Connection,
    attempt: Attempt,
    revision: Revision,
    *,
    language: str | None,
    processing_ms: int,
    is_chosen: bool,
    result: dict[str, JsonValue],
) -> bool:
    """Correct the transcript and finish the job. False when the job is another's by now."""
    segments = json.dumps([asdict(segment) | {"language": language} for segment in revision.segments])
    cursor = await connection.execute(
        "select internal.store_second_pass(%s, %s, %s, %s, %s::jsonb, %s, %s, %s) as stored",
        [
            *(attempt.id, attempt.attempt, language, processing_ms, segments, revision.withdrawn),
            *(is_chosen, Jsonb(result)),
        ],
    )
    row = await cursor.fetchone()
    return bool(row and row["stored"])

"""What a transcription job reads and writes, as the service."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from pydantic import JsonValue

from api_service.database import Connection
from api_service.jobs.repository import Attempt
from api_service.transcribing.lines import Line

Source = Literal["upload", "retranscription"]


@dataclass(frozen=True, slots=True)
class Recording:
    """The file that a job is about."""

    storage_path: str
    file_size_bytes: int
    duration_seconds: float
    channels: int
    language: str
    """Of the session."""


@dataclass(frozen=True, slots=True)
class Version:
    """What is said of a version of a transcript."""

    source: Source
    language: str
    stt_model: str
    processing_ms: int
    duration_seconds: float
    result: dict[str, JsonValue]
    """Of the job."""


async def recording(connection: Connection, attempt: Attempt) -> Recording | None:
    """None when the file has been deleted."""
    async with connection.cursor(row_factory=class_row(Recording)) as cursor:
        await cursor.execute("select * from internal.audio_of_job(%s)", [attempt.id])
        return await cursor.fetchone()


async def store(connection: Connection, attempt: Attempt, version: Version, lines: Sequence[Line]) -> bool:
    """Store a version and finish the job. False when the job is another's by now: then nothing is stored."""
    segments = json.dumps([asdict(line) | {"language": version.language} for line in lines])
    cursor = await connection.execute(
        "select internal.store_transcription(%s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s) as stored",
        [
            *(attempt.id, attempt.attempt, version.source, version.language, version.stt_model),
            *(version.processing_ms, segments, version.duration_seconds, Jsonb(version.result)),
        ],
    )
    row = await cursor.fetchone()
    return bool(row and row["stored"])

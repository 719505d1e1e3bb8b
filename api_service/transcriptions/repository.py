"""Stores transcripts that clients bring along."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from api_service.database import Connection
from api_service.transcriptions.incoming import New


async def create(
    connection: Connection, session_id: UUID, *, language: str, stt_model: str, segments: Sequence[New]
) -> UUID | None:
    """A completed version, which becomes the current one. None when the session is not the caller's own."""
    cursor = await connection.execute(
        "select internal.import_transcription(%s, %s, %s, %s::jsonb) as id",
        [session_id, language, stt_model, await asyncio.to_thread(_array, segments)],
    )
    row = await cursor.fetchone()
    created: UUID | None = row["id"] if row else None
    return created


async def add_segments(connection: Connection, transcription_id: UUID, segments: Sequence[New]) -> None:
    """Extend a version of a session of the caller's own."""
    array = await asyncio.to_thread(_array, segments)
    await connection.execute("select internal.add_segments(%s, %s::jsonb)", [transcription_id, array])


def _array(segments: Sequence[New]) -> str:
    """Of twenty thousand it takes a noticeable while."""
    return json.dumps([asdict(segment) for segment in segments])

"""The chunks that agents left of a session, as they are found in storage."""

import asyncio
from uuid import UUID

import av.error
import numpy as np
import structlog

from api_service.recordings.tracks import Fetch
from shared.audio import Samples
from shared.contracts.recordings import ChunkName, chunk_named, folder
from shared.opus import decoded
from shared.storage import Storage

log = structlog.get_logger()

Chunks = dict[str, dict[str, list[ChunkName]]]
"""By participant and, as one may have several at once, by track."""


async def chunks_of(storage: Storage, session_id: UUID) -> Chunks:
    """Everything that is there of a session."""
    found: Chunks = {}
    async for key in storage.keys(folder(session_id)):
        if chunk := chunk_named(key):
            tracks = found.setdefault(chunk.participant_identity, {})
            tracks.setdefault(chunk.track_sid, []).append(chunk)
    return found


def from_storage(storage: Storage) -> Fetch:
    """Reads chunks; one that cannot be decoded is no audio. Raises what storage raises."""

    async def fetch(chunk: ChunkName) -> Samples:
        file = await storage.open(chunk.key)
        try:
            return await asyncio.to_thread(decoded, await file.part(0, file.size))
        except av.error.FFmpegError:
            log.warning("chunk.unreadable", session_id=str(chunk.session_id), start=chunk.start)
            return np.zeros(0, dtype=np.int16)

    return fetch

"""Audio that programs post over HTTP instead of publishing it in the room: chunks like those of agents."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from redis.asyncio import Redis

from shared.audio import Pcm
from shared.clients.redis import reachable
from shared.contracts.recordings import CHUNK_MEDIA_TYPE, ChunkName, late_key
from shared.storage import Storage

_PREFIX = "posted:"
_NAMELESS = "recording"
_TRACK = "posted"
_NAME_BYTES = 120
"""A name becomes part of a file's."""

_ADJOINING_SECONDS = 0.5
"""Pieces that were not placed exactly follow each other without a gap if they are nearly adjacent."""

_KEPT_SECONDS = 86_400


def posted_identity(name: str) -> str:
    """The participant that audio posted under a name belongs to; no participant of a room is called so."""
    kept = name.encode()[:_NAME_BYTES].decode(errors="ignore").strip()
    return f"{_PREFIX}{kept or _NAMELESS}"


def posted_name(identity: str) -> str | None:
    """The name that audio was posted under; None for participants of a room."""
    return identity.removeprefix(_PREFIX) if identity.startswith(_PREFIX) else None


class PostedRecordings:
    """Keeps what is posted. Every method raises what storage and Redis raise."""

    def __init__(self, storage: Storage, redis: Redis) -> None:
        self._storage = storage
        self._redis = redis

    async def adjoining(self, session_id: UUID, identity: str, *, start: float, seconds: float) -> float:
        """Where a piece lies that was said at about `start`, in seconds: after the one before, if near."""
        key = f"session:{session_id}:posted-audio"
        async with reachable():
            before = await self._redis.hget(key, identity)
            if before is not None and abs(float(before) - start) <= _ADJOINING_SECONDS:
                start = float(before)
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(key, identity, repr(start + seconds))
                pipe.expire(key, _KEPT_SECONDS)
                await pipe.execute()
        return start

    async def keep(self, session_id: UUID, identity: str, audio: Pcm, *, start: float, is_late: bool) -> None:
        """Keep audio that lies at `start` on the session's clock, in seconds.

        When the session is over already, its recording is joined once more.
        """
        file = await asyncio.to_thread(_compressed, audio)
        name = ChunkName(session_id, identity, _TRACK, round(start * 1000))
        await self._storage.put(name.key, _whole(file), media_type=CHUNK_MEDIA_TYPE)
        if is_late:
            await self._storage.put(late_key(session_id), _whole(b""))


def _compressed(audio: Pcm) -> bytes:
    # Codecs take 35 MB, and few APIs are ever sent audio this way.
    from shared.opus import compressed  # noqa: PLC0415

    return compressed(audio)


async def _whole(file: bytes) -> AsyncIterator[bytes]:
    yield file

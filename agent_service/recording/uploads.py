"""Brings chunks to storage: compressed, in order, again and again until they are there."""

import asyncio
import io
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import av
import av.error
import numpy as np
import structlog

from agent_service.recording.recorder import Chunk
from shared.audio import SAMPLE_RATE, Pcm
from shared.backoff import backoff
from shared.contracts.recordings import CHUNK_MEDIA_TYPE, ChunkName
from shared.errors import ServiceError
from shared.observing import DROPPED, QUEUE_DEPTH
from shared.storage import Storage

log = structlog.get_logger()

_BITS_PER_SECOND = 24_000
_MOST_WAITING = 360
"""Chunks of a room that wait in memory while storage is away, 11 MB. Then the oldest is lost."""

_WAITING = QUEUE_DEPTH.labels("agent-recording")
_LOST = DROPPED.labels("agent-recording")


@dataclass(frozen=True, slots=True)
class _Named:
    name: ChunkName
    file: bytes


class Uploads:
    """Whoever owns the room runs `run` and closes it. Keeping a chunk never waits."""

    def __init__(self, storage: Storage, session_id: UUID) -> None:
        self._storage = storage
        self._session_id = session_id
        self._waiting: deque[_Named] = deque()
        self._compressing: set[asyncio.Task[None]] = set()
        self._in_turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def waiting(self) -> int:
        """Chunks that are not in storage yet."""
        return len(self._waiting) + len(self._compressing)

    def keep(self, chunk: Chunk, *, identity: str, track_sid: str) -> None:
        """Take a chunk; it is compressed beside the loop that listens."""
        name = ChunkName(self._session_id, identity, track_sid, round(chunk.start * 1000))
        self._empty.clear()
        task = asyncio.create_task(self._compress(name, chunk.audio))
        self._compressing.add(task)
        task.add_done_callback(self._compressing.discard)

    async def run(self) -> None:
        """Bring chunks to storage until cancelled."""
        while True:
            while self._waiting:
                await self._insist(self._waiting[0])
                self._waiting.popleft()
                _WAITING.dec()
            if not self._compressing:
                self._empty.set()
            self._changed.clear()
            await self._changed.wait()

    async def delivered(self) -> None:
        """Wait until everything is in storage."""
        await self._empty.wait()

    def close(self) -> None:
        """Give up what is left, and say so."""
        if self.waiting:
            log.error("recording.lost", chunks=self.waiting)
            _LOST.inc(self.waiting)
            _WAITING.dec(len(self._waiting))
        for task in self._compressing:
            task.cancel()

    async def _compress(self, name: ChunkName, audio: Pcm) -> None:
        try:
            async with self._in_turn:
                self._queue(_Named(name, await asyncio.to_thread(compressed, audio)))
        except (av.error.FFmpegError, MemoryError):
            log.exception("recording.lost", chunks=1)
            _LOST.inc()
        finally:
            self._compressing.discard(asyncio.current_task())
            self._changed.set()

    def _queue(self, chunk: _Named) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            # The first may be on its way; the one after it is the oldest that waits.
            del self._waiting[1]
            _WAITING.dec()
            _LOST.inc()
            log.error("recording.lost", chunks=1)
        self._waiting.append(chunk)
        _WAITING.inc()

    async def _insist(self, chunk: _Named) -> None:
        for attempt, delay in enumerate(backoff(), start=1):
            try:
                await self._storage.put(chunk.name.key, _whole(chunk.file), media_type=CHUNK_MEDIA_TYPE)
            except ServiceError as failure:
                log.warning("recording.waits", code=failure.code, attempt=attempt, chunks=self.waiting)
                await asyncio.sleep(delay)
            else:
                return


async def _whole(file: bytes) -> AsyncIterator[bytes]:
    yield file


def compressed(audio: Pcm) -> bytes:
    """Opus in Ogg, exactly as long as the audio. Costs about 1 % of a core for each voice."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as output:
        track = output.add_stream("libopus", rate=SAMPLE_RATE, layout="mono", options={"application": "voip"})
        track.bit_rate = _BITS_PER_SECOND
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(audio.samples[np.newaxis]), "s16", "mono")
        frame.sample_rate = SAMPLE_RATE
        output.mux(track.encode(frame))
        output.mux(track.encode(None))
    return file.getvalue()

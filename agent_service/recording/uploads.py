"""Brings chunks to storage: compressed, in order, again and again until they are there."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import av.error
import structlog

from agent_service.recording.recorder import Chunk
from agent_service.recording.spool import Spool, abandoned_spools
from shared.audio import Pcm
from shared.backoff import backoff
from shared.contracts.recordings import CHUNK_MEDIA_TYPE, ChunkName, late_key
from shared.errors import ServiceError
from shared.observing import DROPPED, QUEUE_DEPTH
from shared.opus import compressed
from shared.storage import Storage

log = structlog.get_logger()

_MOST_WAITING = 20_000
"""Chunks of a room that wait on disk while storage is away, 600 MB. Then the oldest is lost."""

_LATE_SECONDS = 3.0
"""A recording is joined a little later than this after the end of its meeting."""

_SWEEP_SECONDS = 15.0

_WAITING = QUEUE_DEPTH.labels("agent-recording")
_LOST = DROPPED.labels("agent-recording")


@dataclass(frozen=True, slots=True)
class _Waiting:
    name: ChunkName
    since: float
    """On the monotonic clock."""


class Uploads:
    """Whoever owns the room runs `run` and closes it. Keeping a chunk never waits."""

    def __init__(self, storage: Storage, spool: Spool, session_id: UUID) -> None:
        self._storage = storage
        self._spool = spool
        self._session_id = session_id
        self._waiting: deque[_Waiting] = deque()
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

    async def aclose(self) -> None:
        """Leave on disk what is not in storage: the worker brings it there."""
        if self._compressing:
            await asyncio.wait(self._compressing)
        if self._waiting:
            log.warning("recording.left", chunks=len(self._waiting))
            _WAITING.dec(len(self._waiting))
        await asyncio.to_thread(self._spool.close)

    async def _compress(self, name: ChunkName, audio: Pcm) -> None:
        began = time.monotonic()
        try:
            async with self._in_turn:
                await asyncio.to_thread(self._write, name, audio)
                self._queue(_Waiting(name, began))
        except (av.error.FFmpegError, MemoryError, OSError):
            log.exception("recording.lost", chunks=1)
            _LOST.inc()
        finally:
            self._compressing.discard(asyncio.current_task())
            self._changed.set()

    def _write(self, name: ChunkName, audio: Pcm) -> None:
        self._spool.write(name, compressed(audio))

    def _queue(self, chunk: _Waiting) -> None:
        if len(self._waiting) >= _MOST_WAITING:
            # The first may be on its way; the one after it is the oldest that waits.
            self._spool.remove(self._waiting[1].name)
            del self._waiting[1]
            _WAITING.dec()
            _LOST.inc()
            log.error("recording.lost", chunks=1)
        self._waiting.append(chunk)
        _WAITING.inc()

    async def _insist(self, chunk: _Waiting) -> None:
        for attempt, delay in enumerate(backoff(), start=1):
            try:
                is_late = time.monotonic() - chunk.since > _LATE_SECONDS
                await _bring(self._storage, self._spool, chunk.name, is_late=is_late)
            except ServiceError as failure:
                log.warning("recording.waits", code=failure.code, attempt=attempt, chunks=self.waiting)
                await asyncio.sleep(delay)
            else:
                return


class Leftovers:
    """Brings to storage what processes left behind that were killed, or ended while storage was away."""

    def __init__(self, storage: Storage, root: Path) -> None:
        self._storage = storage
        self._root = root

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            for spool in await asyncio.to_thread(list, abandoned_spools(self._root)):
                try:
                    await self._empty(spool)
                except ServiceError as failure:
                    log.warning("recording.waits", code=failure.code)
                finally:
                    await asyncio.to_thread(spool.close)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _empty(self, spool: Spool) -> None:
        names = await asyncio.to_thread(spool.names)
        for name in names:
            await _bring(self._storage, spool, name, is_late=True)
        if names:
            log.info("recording.recovered", chunks=len(names))


async def _bring(storage: Storage, spool: Spool, name: ChunkName, *, is_late: bool) -> None:
    """Only what is in storage leaves the disk. Raises what storage raises."""
    try:
        file = await asyncio.to_thread(spool.read, name)
    except OSError:
        log.exception("recording.lost", chunks=1)
        _LOST.inc()
    else:
        await storage.put(name.key, _whole(file), media_type=CHUNK_MEDIA_TYPE)
        if is_late:
            await storage.put(late_key(name.session_id), _whole(b""))
    await asyncio.to_thread(spool.remove, name)


async def _whole(file: bytes) -> AsyncIterator[bytes]:
    yield file

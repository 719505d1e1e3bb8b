"""Brings captions to Redis, from which they reach the transcript, and to the room, where people wait."""

import asyncio
from collections import deque
from typing import Protocol

import structlog

from shared.contracts.captions import AgentChanged, Caption
from shared.observing import DROPPED, QUEUE_DEPTH

log = structlog.get_logger()

_ROOM_TIMEOUT_SECONDS = 5.0
_MOST_FOR_ROOM = 500
"""Captions that wait for a room which takes none; whoever comes back reads them from the API."""

_WAITING = QUEUE_DEPTH.labels("agent-captions")


class OutletFailed(Exception):
    """Neither the journal nor the stage takes everything at any time."""


class Journal(Protocol):
    """Where captions are kept. Raises OutletFailed while that cannot be done."""

    async def record(self, caption: Caption) -> None: ...

    async def announce(self, change: AgentChanged) -> None: ...


class Stage(Protocol):
    """Where captions are seen. Raises OutletFailed while nobody can be reached."""

    async def show(self, caption: Caption) -> None: ...


class Right(Protocol):
    """What decides whether captions are ours to publish."""

    async def covers(self, place: float) -> bool: ...


class Publisher:
    """Owns no task: its owner runs `run`, and cancels it when nothing more is to be delivered.

    A final is on stage only once it is in the journal, so what a participant has read is never lost.
    Partials go to both at once and are worth no second attempt.
    """

    def __init__(self, *, journal: Journal, stage: Stage, right: Right, retry_seconds: float = 0.25) -> None:
        self._journal = journal
        self._stage = stage
        self._right = right
        self._retry_seconds = retry_seconds
        self._entries: deque[Caption | AgentChanged] = deque()
        self._partials: dict[str, Caption] = {}
        self._for_stage: dict[str, Caption] = {}
        """The newest version of each caption that is not on stage yet, oldest first."""
        self._all_recorded = asyncio.Event()
        self._all_recorded.set()
        self._entries_changed = asyncio.Event()
        self._partials_changed = asyncio.Event()
        self._stage_changed = asyncio.Event()
        self._all_shown = asyncio.Event()
        self._all_shown.set()

    @property
    def waiting(self) -> int:
        """What is not in the journal yet."""
        return len(self._entries)

    def publish(self, caption: Caption) -> None:
        """Take a caption. Never waits."""
        if caption.final:
            self._partials.pop(caption.segment_id, None)
            self._enter(caption)
        else:
            self._partials[caption.segment_id] = caption
            self._partials_changed.set()
            self._to_stage(caption)

    def announce(self, change: AgentChanged) -> None:
        """Tell the readers of the journal that an agent came or went, in order with its finals."""
        self._enter(change)

    async def delivered(self) -> None:
        """Wait until the journal has everything and the stage was offered it."""
        await self._all_recorded.wait()
        await self._all_shown.wait()

    async def run(self) -> None:
        """Publish until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._record_entries())
                group.create_task(self._record_partials())
                group.create_task(self._show())
        finally:
            _WAITING.dec(len(self._entries))

    def _enter(self, entry: Caption | AgentChanged) -> None:
        self._entries.append(entry)
        _WAITING.inc()
        self._all_recorded.clear()
        self._entries_changed.set()

    async def _record_entries(self) -> None:
        while True:
            await self._entries_changed.wait()
            self._entries_changed.clear()
            while self._entries:
                await self._record(self._entries[0])
                self._entries.popleft()
                _WAITING.dec()
            self._all_recorded.set()

    async def _record(self, entry: Caption | AgentChanged) -> None:
        while True:
            try:
                if isinstance(entry, AgentChanged):
                    await self._journal.announce(entry)
                elif await self._right.covers(entry.end):
                    await self._journal.record(entry)
                    self._to_stage(entry)
                else:
                    log.info("final.not_ours", segment_id=entry.segment_id)
            except OutletFailed as failure:
                log.warning("journal.waits", reason=str(failure), waiting=self.waiting)
                await asyncio.sleep(self._retry_seconds)
            else:
                return

    async def _record_partials(self) -> None:
        while True:
            await self._partials_changed.wait()
            self._partials_changed.clear()
            while self._partials:
                partial = self._partials.pop(next(iter(self._partials)))
                try:
                    await self._journal.record(partial)
                except OutletFailed:
                    DROPPED.labels("agent-partials").inc()

    def _to_stage(self, caption: Caption) -> None:
        self._for_stage[caption.segment_id] = caption
        if len(self._for_stage) > _MOST_FOR_ROOM:
            self._for_stage.pop(next(iter(self._for_stage)))
            DROPPED.labels("agent-room").inc()
        self._all_shown.clear()
        self._stage_changed.set()

    async def _show(self) -> None:
        while True:
            await self._stage_changed.wait()
            self._stage_changed.clear()
            while self._for_stage:
                segment_id, caption = next(iter(self._for_stage.items()))
                await self._show_one(caption)
                if self._for_stage.get(segment_id) is caption:
                    del self._for_stage[segment_id]
            self._all_shown.set()

    async def _show_one(self, caption: Caption) -> None:
        try:
            async with asyncio.timeout(_ROOM_TIMEOUT_SECONDS):
                await self._stage.show(caption)
        except (TimeoutError, OutletFailed) as failure:
            DROPPED.labels("agent-room").inc()
            log.warning("room.not_reached", segment_id=caption.segment_id, reason=repr(failure))

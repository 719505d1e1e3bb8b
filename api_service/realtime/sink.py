"""Carries final captions from the streams into the database: each at least once, and stored once.

An entry is acknowledged after the commit that stored it. What a sink read and did not acknowledge, because it
was killed or because the database was away, is read again by itself or claimed by another.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from redis.typing import EncodableT, FieldT

from api_service.database import Database
from api_service.realtime import repository
from api_service.realtime.events import Unreadable, read_event
from api_service.realtime.replies import raw_entries, raw_streams, session_ids
from shared.backoff import backoff
from shared.contracts.captions import LIVE_SESSIONS_KEY, SINK_GROUP, Caption, stream_key
from shared.errors import Unavailable

log = structlog.get_logger()

REJECTED_KEY = "captions:rejected"
"""Stream of the entries that nobody could read or store, for a person to look at."""

_REJECTED_KEPT = 1000
_BLOCK_MILLISECONDS = 500
_BATCH = 1000
_ROUND_SECONDS = 30.0
_UNSEEN = ">"
_OWN_PENDING = "0"


@dataclass(frozen=True, slots=True)
class _Item:
    """One entry of one stream as Redis delivered it."""

    session_id: UUID
    id: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Final:
    """An entry with a final caption in it."""

    item: _Item
    caption: Caption


class CaptionSink:
    """One consumer of the group that all API processes form. `run` is owned by the lifespan."""

    def __init__(self, redis: Redis, database: Database, *, abandoned_seconds: float) -> None:
        self.consumer = uuid4().hex
        self._redis = redis
        self._database = database
        self._abandoned_seconds = abandoned_seconds
        self._grouped: set[UUID] = set()
        """Sessions whose stream is known to have the group."""
        self._position = _OWN_PENDING
        self._reclaim_at = 0.0

    async def run(self) -> None:
        """Store until cancelled, whatever becomes of Redis and Postgres meanwhile."""
        delays = backoff()
        while True:
            try:
                async with asyncio.timeout(_ROUND_SECONDS):
                    await self._round()
                delays = backoff()
            except (RedisError, OSError, TimeoutError, Unavailable, psycopg.Error) as failure:
                log.warning("sink.interrupted", reason=type(failure).__name__)
                # Groups may be gone with the data of Redis, and what was just read is still to be stored.
                self._grouped.clear()
                self._position = _OWN_PENDING
                await asyncio.sleep(next(delays))

    async def _round(self) -> None:
        sessions = await self._live_sessions()
        if not sessions:
            await asyncio.sleep(_BLOCK_MILLISECONDS / 1000)
            return
        if time.monotonic() >= self._reclaim_at:
            self._reclaim_at = time.monotonic() + self._abandoned_seconds / 3
            for session_id in sessions:
                await self._reclaim(session_id)
        items = await self._read(sessions)
        await self._settle(items)
        if not items:
            self._position = _UNSEEN

    async def _live_sessions(self) -> list[UUID]:
        """The sessions to read, each with its group made. Groups begin at the stream's very first entry."""
        known = session_ids(await self._redis.smembers(LIVE_SESSIONS_KEY))
        self._grouped &= known
        for session_id in known - self._grouped:
            try:
                await self._redis.xgroup_create(stream_key(session_id), SINK_GROUP, id="0")
            except ResponseError as failure:
                if not str(failure).startswith("BUSYGROUP"):
                    continue  # the stream is gone, or being retired
            self._grouped.add(session_id)
        return list(self._grouped)

    async def _read(self, sessions: Sequence[UUID]) -> list[_Item]:
        keys = {stream_key(session_id): session_id for session_id in sessions}
        answer = await self._redis.xreadgroup(
            SINK_GROUP,
            self.consumer,
            dict.fromkeys(keys, self._position),
            count=max(10, _BATCH // len(keys)),
            block=_BLOCK_MILLISECONDS,
        )
        return [_Item(keys[key], id_, fields) for key, raw in raw_streams(answer) for id_, fields in raw]

    async def _reclaim(self, session_id: UUID) -> None:
        """Take over what another consumer has held for too long; it must be dead."""
        cursor = "0-0"
        while True:
            cursor, raw, _ = await self._redis.xautoclaim(
                stream_key(session_id),
                SINK_GROUP,
                self.consumer,
                min_idle_time=int(self._abandoned_seconds * 1000),
                start_id=cursor,
                count=_BATCH,
            )
            await self._settle([_Item(session_id, id_, fields) for id_, fields in raw_entries(raw)])
            if cursor == "0-0":
                return

    async def _settle(self, items: list[_Item]) -> None:
        """Store the finals, put aside what cannot be read, and acknowledge everything."""
        finals: list[_Final] = []
        passing: list[_Item] = []
        for item in items:
            try:
                event = read_event(item.session_id, item.fields)
            except Unreadable as fault:
                await self._reject(item, str(fault))
                continue
            if isinstance(event, Caption) and event.final:
                finals.append(_Final(item, event))
            else:
                passing.append(item)
        await self._acknowledge(passing)
        await self._store(finals)

    async def _store(self, finals: list[_Final]) -> None:
        if not finals:
            return
        try:
            async with self._database.as_service() as connection:
                await repository.store_captions(connection, [final.caption for final in finals])
        except (psycopg.DataError, psycopg.IntegrityError) as fault:
            if len(finals) == 1:
                await self._reject(finals[0].item, type(fault).__name__)
                return
            for final in finals:  # one of them is at fault; the others must not wait for it
                await self._store([final])
            return
        await self._acknowledge([final.item for final in finals])

    async def _acknowledge(self, items: list[_Item]) -> None:
        if not items:
            return
        async with self._redis.pipeline(transaction=False) as pipe:
            for item in items:
                pipe.xack(stream_key(item.session_id), SINK_GROUP, item.id)
            await pipe.execute()

    async def _reject(self, item: _Item, fault: str) -> None:
        """Move an entry out of the way. Its content goes to Redis alone, never to the log."""
        key = stream_key(item.session_id)
        aside: dict[FieldT, EncodableT] = {"stream": key, "entry": item.id, "fault": fault}
        aside.update(item.fields.items())
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xadd(REJECTED_KEY, aside, maxlen=_REJECTED_KEPT)
            pipe.xack(key, SINK_GROUP, item.id)
            await pipe.execute()
        log.error("caption.rejected", session_id=str(item.session_id), entry=item.id, fault=fault)

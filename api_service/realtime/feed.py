"""One reader for all the sessions that this process follows, and what it read shared by their followers.

Redis is asked over one connection however many people follow. A follower takes what it has not yet seen;
nothing is queued for it, so a slow one costs nobody anything: it reads older entries from the stream itself.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api_service.realtime.events import Entry, read_entries
from api_service.realtime.positions import Position
from api_service.realtime.replies import raw_streams
from api_service.realtime.stream import CaptionStreams
from shared.backoff import backoff
from shared.contracts.captions import stream_key
from shared.errors import Unavailable

log = structlog.get_logger()

_KEPT_ENTRIES = 512
_PAGE = 256
_BLOCK_MILLISECONDS = 1000
_ANSWER_SECONDS = 5.0


class FeedEnded(Exception):
    """There is nothing more to follow here; the client may resume from its position."""


class Tail:
    """The newest entries of one stream: all those after `since`."""

    def __init__(self, since: Position, *, kept: int = _KEPT_ENTRIES) -> None:
        self.since = since
        self.read_to = since
        """How far the stream was read, readable entries or not."""
        self._entries: deque[Entry] = deque()
        self._kept = kept

    def extend(self, entries: Iterable[Entry], *, read_to: Position) -> None:
        self._entries.extend(entries)
        self.read_to = read_to
        while len(self._entries) > self._kept:
            self.since = self._entries.popleft().position

    def after(self, position: Position) -> list[Entry] | None:
        """Everything here that follows a position, or None when some of it is no longer here."""
        if position < self.since:
            return None
        newer: deque[Entry] = deque()
        for entry in reversed(self._entries):
            if entry.position <= position:
                break
            newer.appendleft(entry)
        return list(newer)


class _Feed:
    """The tail of one followed session, and the event that wakes its followers."""

    def __init__(self, since: Position) -> None:
        self.tail = Tail(since)
        self.followers = 0
        self.ended = False
        self.news = asyncio.Event()

    def wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()


class LiveFeeds:
    """Lets any number of followers read any number of sessions. `run` is owned by the lifespan."""

    def __init__(self, redis: Redis, streams: CaptionStreams) -> None:
        self._redis = redis
        self._streams = streams
        self._feeds: dict[UUID, _Feed] = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Read until cancelled. When Redis fails, every follower is sent away to resume later."""
        delays = backoff()
        try:
            while True:
                try:
                    await self._read()
                    delays = backoff()
                except (RedisError, OSError, TimeoutError) as failure:
                    log.warning("feeds.interrupted", reason=type(failure).__name__)
                    self._end_all()
                    await asyncio.sleep(next(delays))
        finally:
            self._end_all()

    @asynccontextmanager
    async def following(self, session_id: UUID, after: Position) -> AsyncIterator["Follower"]:
        """Everything that comes after a position, while the block lasts."""
        feed = self._feeds.get(session_id)
        if feed is None:
            feed = self._feeds[session_id] = _Feed(after)
            self._changed.set()
        feed.followers += 1
        try:
            yield Follower(feed, after, lambda cursor: self._streams.page(session_id, cursor))
        finally:
            feed.followers -= 1
            if not feed.followers and self._feeds.get(session_id) is feed:
                del self._feeds[session_id]

    async def _read(self) -> None:
        """Wait for news of the followed sessions, or for the set of sessions to change."""
        self._changed.clear()
        if not self._feeds:
            await self._changed.wait()
            return
        changed = asyncio.create_task(self._changed.wait())
        reading = asyncio.create_task(self._read_followed())
        try:
            done, _ = await asyncio.wait(
                {changed, reading}, timeout=_ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                raise TimeoutError
            if reading in done:
                reading.result()
        finally:
            changed.cancel()
            reading.cancel()
            await asyncio.gather(changed, reading, return_exceptions=True)

    async def _read_followed(self) -> None:
        keys = {stream_key(session_id): session_id for session_id in self._feeds}
        answer = await self._redis.xread(
            {key: str(self._feeds[session_id].tail.read_to) for key, session_id in keys.items()},
            count=_PAGE,
            block=_BLOCK_MILLISECONDS,
        )
        for key, raw in raw_streams(answer):
            feed = self._feeds.get(keys[key])
            if feed is not None and raw:
                feed.tail.extend(read_entries(keys[key], raw), read_to=Position.parse(raw[-1][0]))
                feed.wake()

    def _end_all(self) -> None:
        for feed in self._feeds.values():
            feed.ended = True
            feed.wake()
        self._feeds.clear()


_Older = Callable[[Position], Awaitable[tuple[list[Entry], Position | None]]]


class Follower:
    """One reader's place in a feed."""

    def __init__(self, feed: _Feed, position: Position, older: _Older) -> None:
        self._feed = feed
        self._older = older
        self._ended = False
        self.position = position
        """Everything up to here was returned."""

    def end(self) -> None:
        """Let `next` raise FeedEnded for this follower alone."""
        self._ended = True
        self._feed.wake()

    async def next(self, *, within_seconds: float) -> list[Entry]:
        """What comes next, or nothing when that takes too long. Raises FeedEnded."""
        try:
            async with asyncio.timeout(within_seconds):
                return await self._next()
        except TimeoutError:
            return []

    async def _next(self) -> list[Entry]:
        while True:
            if self._feed.ended or self._ended:
                raise FeedEnded
            news = self._feed.news
            entries = self._feed.tail.after(self.position)
            if entries is None:
                entries = await self._catch_up()
            if entries:
                self.position = entries[-1].position
                return entries
            await news.wait()

    async def _catch_up(self) -> list[Entry]:
        """Entries that the feed no longer has, from the stream itself."""
        more: Position | None = self.position
        while more is not None:
            try:
                entries, more = await self._older(more)
            except Unavailable as failure:
                raise FeedEnded from failure
            if entries:
                return entries
        raise FeedEnded  # what it has not seen is no longer kept

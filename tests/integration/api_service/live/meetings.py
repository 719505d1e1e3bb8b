"""Sessions in the database with captions in Redis, written as an agent writes them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

from pydantic import BaseModel
from redis.asyncio import Redis

from api_service.database import Connection
from shared.background import Background
from shared.contracts.captions import LIVE_SESSIONS_KEY, SINK_GROUP, Caption, stream_key
from tests.api_service.realtime.scripts import event, said
from tests.redis_entries import entries


class Meeting:
    """One session and its stream."""

    def __init__(self, redis: Redis, admin: Connection, session_id: UUID, owner: str) -> None:
        self._redis = redis
        self._admin = admin
        self.id = session_id
        self.owner = owner
        """E-mail address of the account it belongs to."""
        self.key = stream_key(session_id)

    async def say(self, *lines: str, at: str = "*") -> list[str]:
        """Write captions and other events, each as a readable line; returns their positions."""
        positions = []
        for line in lines:
            what = event(line)
            if isinstance(what, Caption):
                what = said(line, session_id=self.id)
            positions.append(await self.write(what, at=at))
        return positions

    async def write(self, what: BaseModel, *, at: str = "*") -> str:
        kinds = {"Caption": "caption", "AgentChanged": "agent", "SessionChanged": "session"}
        return await self.write_raw(
            {"event": kinds[type(what).__name__], "data": what.model_dump_json()}, at=at
        )

    async def write_raw(self, fields: dict[str, str], *, at: str = "*") -> str:
        """As an agent does it: the stream and its mention among the live ones in one transaction."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.sadd(LIVE_SESSIONS_KEY, str(self.id))
            pipe.xadd(self.key, {name: value for name, value in fields.items()}, id=at)  # noqa: C416
            _, position = await pipe.execute()
        return str(position)

    async def stored(self) -> list[str]:
        """What the database has, one line a segment."""
        cursor = await self._admin.execute(
            "select speaker, text from public.transcript_segments where session_id = %s"
            " order by start_time, segment_id",
            [self.id],
        )
        return [f"{row['speaker']}: {row['text']}" for row in await cursor.fetchall()]

    async def status(self) -> str:
        cursor = await self._admin.execute(
            "select status from public.recording_sessions where id = %s", [self.id]
        )
        row = await cursor.fetchone()
        assert row
        return str(row["status"])

    async def set_status(self, status: str) -> None:
        await self._admin.execute(
            "update public.recording_sessions set status = %s where id = %s", [status, self.id]
        )

    async def set_record(self, record: bool) -> None:
        await self._admin.execute(
            "update public.recording_sessions set record = %s where id = %s", [record, self.id]
        )

    async def admit(self, account: UUID) -> None:
        """Make somebody a participant."""
        await self._admin.execute(
            "insert into public.session_members (session_id, user_id, role) values (%s, %s, 'participant')",
            [self.id, account],
        )

    async def started_at(self) -> datetime:
        cursor = await self._admin.execute(
            "select started_at from public.recording_sessions where id = %s", [self.id]
        )
        row = await cursor.fetchone()
        assert row
        return datetime.fromisoformat(row["started_at"].isoformat())

    async def events(self, kind: str) -> list[str]:
        """What the stream says about the session or its agents, in order."""
        written = [fields for _, fields in await entries(self._redis, self.key)]
        told = [json.loads(fields["data"]) for fields in written if fields["event"] == kind]
        return [str(each.get("status") or each.get("state")) for each in told]

    async def all_settled(self) -> bool:
        """Whether the sink has read and acknowledged everything."""
        if not await self._redis.exists(self.key):
            return True
        groups = await self._redis.xinfo_groups(self.key)
        return bool(groups) and groups[0]["pending"] == 0 and groups[0]["lag"] == 0

    async def is_grouped(self) -> bool:
        return bool(await self._redis.xinfo_groups(self.key))

    async def pending(self) -> int:
        return int((await self._redis.xpending(self.key, SINK_GROUP))["pending"])


class Meetings:
    """Makes accounts and sessions that no other test has."""

    def __init__(self, redis: Redis, admin: Connection) -> None:
        self._redis = redis
        self._admin = admin

    async def account(self) -> tuple[UUID, str]:
        email = f"{uuid4().hex}@example.com"
        cursor = await self._admin.execute(
            "select internal.ensure_development_user(%s, 'Ann Example') as id", [email]
        )
        row = await cursor.fetchone()
        assert row
        return row["id"], email

    async def open(self) -> Meeting:
        owner, email = await self.account()
        cursor = await self._admin.execute(
            "insert into public.recording_sessions (user_id, title, language)"
            " values (%s, 'Weekly', 'en-US') returning id",
            [owner],
        )
        row = await cursor.fetchone()
        assert row
        return Meeting(self._redis, self._admin, row["id"], email)


async def until(condition: Callable[[], Awaitable[bool]], *, within: float = 40.0) -> None:
    """Wait until something is so. Fails when that takes too long."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - what changes is in a server
            await asyncio.sleep(0.03)


@asynccontextmanager
async def in_background(run: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Something that runs for the length of the block."""
    async with Background() as background:
        background.start("under test", run)
        yield

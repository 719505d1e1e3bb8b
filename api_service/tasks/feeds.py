"""One question for all the tasks that this process follows, and one answer for all who follow them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from api_service.database import Database
from api_service.tasks import repository
from api_service.tasks.repository import Job
from shared.errors import Unavailable

_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Look:
    asked: frozenset[UUID]
    found: dict[UUID, Job]
    failure: Unavailable | None = None


class TaskFeeds:
    """Looks for as long as anybody follows. `run` is owned by the lifespan; who may follow, others decide."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followed = Counter[UUID]()
        self._wanted = asyncio.Event()
        self._looked = asyncio.Event()
        self._look = _Look(frozenset(), {})

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            self._wanted.clear()
            if not self._followed:
                await self._wanted.wait()
            self._look = await self._ask()
            self._looked.set()
            self._looked = asyncio.Event()
            await asyncio.sleep(_LOOK_SECONDS)

    @contextmanager
    def following(self, job_id: UUID) -> Iterator[Callable[[], Awaitable[Job | None]]]:
        """Yields what waits for the next look at a job: None when it is gone. That raises Unavailable."""
        self._followed[job_id] += 1
        self._wanted.set()
        try:
            yield lambda: self._next(job_id)
        finally:
            self._followed[job_id] -= 1
            if not self._followed[job_id]:
                del self._followed[job_id]

    async def _next(self, job_id: UUID) -> Job | None:
        while True:
            await self._looked.wait()
            look = self._look
            if look.failure is not None:
                raise Unavailable(look.failure.detail)
            # One that was not asked for had no followers when the look began.
            if job_id in look.asked:
                return look.found.get(job_id)

    async def _ask(self) -> _Look:
        asked = frozenset(self._followed)
        try:
            async with self._database.as_service() as connection:
                found = await repository.followed(connection, sorted(asked))
        except Unavailable as failure:
            return _Look(asked, {}, failure)
        return _Look(asked, {job.id: job for job in found})

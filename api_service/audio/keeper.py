"""Removes from storage what no row names any more, and forgets uploads that were never completed."""

import asyncio

import structlog

from api_service.audio import repository
from api_service.database import Database
from shared.errors import Unavailable
from shared.observing import QUEUE_DEPTH
from shared.storage import Storage

log = structlog.get_logger()

_EVERY_SECONDS = 10.0
_AT_ONCE = 50


class ObjectKeeper:
    """`run` is owned by the lifespan. Any number of processes may: what one takes, the others do not see."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._database = database
        self._storage = storage

    async def run(self) -> None:
        """Tidy up again and again until cancelled."""
        while True:
            try:
                while await self.tidy_up():
                    pass
            except Unavailable as failure:
                log.warning("objects.interrupted", code=failure.code)
            await asyncio.sleep(_EVERY_SECONDS)

    async def tidy_up(self) -> bool:
        """Remove what is due. Returns whether there may be more.

        What cannot be removed comes again, later each time.
        """
        async with self._database.as_service() as connection:
            await repository.expire_uploads(connection)
            paths = await repository.take_deleted(connection, most=_AT_ONCE)
        removed = [path for path in paths if await self._remove(path)]
        if removed:
            async with self._database.as_service() as connection:
                await repository.deleted(connection, removed)
            log.info("objects.removed", objects=len(removed))
        QUEUE_DEPTH.labels("objects").set(len(paths) - len(removed))
        return len(removed) == _AT_ONCE

    async def _remove(self, path: str) -> bool:
        try:
            if path.endswith("/"):
                await self._storage.delete_below(path)
            else:
                await self._storage.delete(path)
        except Unavailable:
            return False
        return True

"""Has recordings joined again whose last chunks came after they had been joined, or removes such chunks."""

import asyncio
from uuid import UUID

import structlog

from api_service.database import Database
from api_service.recordings import repository
from shared.contracts.recordings import LATE_FOLDER, folder, session_of_late_key
from shared.errors import ServiceError
from shared.storage import Storage

log = structlog.get_logger()

_LOOK_SECONDS = 20.0


class LateRecordings:
    """Looks for what agents say of late chunks. Several may look at once: what waits is not queued twice."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._database = database
        self._storage = storage

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            try:
                await self.look()
            except ServiceError as failure:
                log.warning("recordings.unseen", code=failure.code)
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Look once. Raises what storage and the database raise."""
        keys = [key async for key in self._storage.keys(LATE_FOLDER)]
        for key in keys:
            if session_id := session_of_late_key(key):
                await self._settle(session_id)
            # After that: who dies in between is looked after by the next look.
            await self._storage.delete(key)

    async def _settle(self, session_id: UUID) -> None:
        async with self._database.as_service() as connection:
            is_queued = await repository.join_again(connection, session_id)
            is_there = is_queued or await repository.is_there(connection, session_id)
        if is_queued:
            log.info("recording.joined_again", session_id=str(session_id))
        elif not is_there:
            # What was to go with the session has gone already: nobody else looks there again.
            await self._storage.delete_below(folder(session_id))
            log.info("recording.removed_late", session_id=str(session_id))

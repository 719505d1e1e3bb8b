"""Makes minutes while clients wait: so many at once, for so long, and no longer."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import TypeVar

from api_service.minutes.making import Made, MinutesMaker, Ready, Titled, Wishes
from api_service.minutes.transcript import Said
from shared.errors import ServiceError
from shared.inference import EngineBusy
from shared.stopping import Stopping

Result = TypeVar("Result")


class MinutesTakeLonger(ServiceError):
    """Asking again would take as long, and cost as much."""

    status, code, title = 503, "minutes-take-longer", "These minutes take longer than anybody waits"


class MinutesDesk:
    """Lives as long as its maker."""

    def __init__(self, maker: MinutesMaker, *, places: int, seconds: float, stopping: Stopping) -> None:
        self._maker = maker
        self._stopping = stopping
        self._places = places
        self._seconds = seconds
        self._taken = 0

    async def make(self, transcript: Sequence[Said], wishes: Wishes) -> Made:
        """Raises EngineBusy, MinutesTakeLonger, Interrupted and what the maker raises."""
        return await self._at_a_place(self._maker.make(transcript, wishes, _untold))

    async def entitle(self, transcript: Sequence[Said], wishes: Wishes, *, summary: str) -> Titled:
        """Raises as `make`."""
        return await self._at_a_place(self._maker.entitle(transcript, wishes, summary=summary))

    async def _at_a_place(self, work: Coroutine[object, object, Result]) -> Result:
        if self._taken >= self._places:
            work.close()
            raise EngineBusy(f"{self._taken} requests for minutes are already waiting")
        self._taken += 1
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                return await self._stopping.interrupts(work)
        except TimeoutError:
            if not limit.expired():
                raise
            raise MinutesTakeLonger(
                "Send less text; of a session ask for them as a task, "
                "with POST /api/v2/sessions/{session_id}/ai-summary"
            ) from None
        finally:
            self._taken -= 1


async def _untold(_: Ready) -> None:
    """Who waits for an answer gets it whole."""

"""Makes minutes while clients wait: so many at once, for so long, and no longer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from api_service.minutes.making import Made, MinutesMaker, Ready, Titled, Wishes
from api_service.minutes.transcript import Said
from shared.errors import ServiceError
from shared.inference import EngineBusy


class MinutesTakeLonger(ServiceError):
    """Asking again would take as long, and cost as much."""

    status, code, title = 503, "minutes-take-longer", "These minutes take longer than anybody waits"


class MinutesDesk:
    """Lives as long as its maker."""

    def __init__(self, maker: MinutesMaker, *, places: int, seconds: float) -> None:
        self._maker = maker
        self._places = places
        self._seconds = seconds
        self._taken = 0

    async def make(self, transcript: Sequence[Said], wishes: Wishes) -> Made:
        """Raises EngineBusy, MinutesTakeLonger and what the maker raises."""
        async with self._place():
            return await self._maker.make(transcript, wishes, _untold)

    async def entitle(self, transcript: Sequence[Said], wishes: Wishes, *, summary: str) -> Titled:
        """Raises as `make`."""
        async with self._place():
            return await self._maker.entitle(transcript, wishes, summary=summary)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._taken >= self._places:
            raise EngineBusy(f"{self._taken} requests for minutes are already waiting")
        self._taken += 1
        limit = asyncio.timeout(self._seconds)
        try:
            async with limit:
                yield
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

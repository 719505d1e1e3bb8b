"""Searches a stream for its speakers, again where that may help, and tells how far it is."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Literal, TypeVar

from api_service.jobs.runner import Work
from api_service.transcribing.insisting import Patience, insist
from shared.clients.diarization import DiarizationClient
from shared.clients.http import reason_of
from shared.contracts.diarization import Progress, SpeakerCount
from shared.decoding import AudioTooLong
from shared.errors import ServiceError, TooLarge
from shared.speakers import Turn

Diarization = Literal["completed", "not-wanted", "not-configured", "too-long", "failed"]
"""What became of the search for speakers."""

Found = TypeVar("Found")

_LOOK_SECONDS = 1.0


class Search:
    """One stream's, which is opened anew for each time that it is asked for."""

    def __init__(self, diarization: DiarizationClient, patience: Patience, *, speakers: SpeakerCount) -> None:
        self._diarization = diarization
        self._patience = patience
        self._speakers = speakers
        self.percent = 0.0
        """How far it is, by what the service tells; falls when the service is asked again."""

    async def turns(self, open_stream: Callable[[], AsyncGenerator[bytes, None]]) -> list[Turn]:
        """Raises what the service raises, and what the stream does."""

        async def ask() -> list[Turn]:
            self.percent = 0.0
            async with aclosing(open_stream()) as stream:
                return await self._diarization.diarize_stream(
                    stream, speakers=self._speakers, follow=self._follow
                )

        return await insist(ask, self._patience)

    def _follow(self, progress: Progress) -> None:
        self.percent = progress.percent


def is_too_long(failure: ServiceError) -> bool:
    """Whether the service never takes so much at once."""
    return reason_of(failure) in (AudioTooLong.code, TooLarge.code)


async def reported(
    work: Work, search: Search, searching: Awaitable[Found], *, first: float, last: float
) -> Found:
    """Wait for what a search finds, and tell how far it is, in percent of the job."""
    task = asyncio.ensure_future(searching)
    try:
        while not task.done():
            await work.report(first + search.percent / 100 * (last - first), "finding_speakers")
            await asyncio.wait({task}, timeout=_LOOK_SECONDS)
        return await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

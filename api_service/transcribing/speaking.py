"""Asks who speaks in a stream, again where that may help."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from shared.backoff import backoff
from shared.clients.diarization import DiarizationClient
from shared.contracts.diarization import SpeakerCount
from shared.errors import ServiceError
from shared.speakers import Turn

_MOST_TRIES = 7
"""About half a minute of waiting: a service that was killed is back by then."""


async def turns_of(
    diarization: DiarizationClient,
    open_stream: Callable[[], AsyncGenerator[bytes, None]],
    *,
    speakers: SpeakerCount,
) -> list[Turn]:
    """The stream is opened anew for each try. Raises what the service raises, and what the stream does."""
    for tried, delay in enumerate(backoff(first_seconds=1.0, most_seconds=10.0), start=1):
        try:
            async with aclosing(open_stream()) as stream:
                return await diarization.diarize_stream(stream, speakers=speakers)
        except ServiceError as failure:
            if not failure.retryable or tried == _MOST_TRIES:
                raise
        await asyncio.sleep(delay)
    raise AssertionError("the delays never end")

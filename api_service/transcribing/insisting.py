"""Asks a service again where that may help."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.backoff import backoff
from shared.clients.http import reason_of
from shared.contracts.diarization import NO_MODEL
from shared.errors import ServiceError
from shared.inference import EngineBusy

Answer = TypeVar("Answer")

_LONGEST_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one attempt of a job asks; what it does not get, it may get when it is begun again."""

    away_seconds: float = 60.0
    """A service that does not answer."""

    busy_seconds: float = 3600.0
    """A service that says it is busy with what others have asked."""


def may_pass(failure: ServiceError) -> bool:
    """Whether the same question may be answered later, without somebody having to set something up."""
    return failure.retryable and reason_of(failure) != NO_MODEL


async def insist(ask: Callable[[], Awaitable[Answer]], patience: Patience) -> Answer:
    """Ask until there is an answer. Raises what asking raises: what cannot pass, or has not in this time."""
    clock = asyncio.get_running_loop().time
    began, away_since = clock(), None
    delays = backoff(most_seconds=_LONGEST_WAIT_SECONDS)
    while True:
        try:
            return await ask()
        except ServiceError as failure:
            if not may_pass(failure):
                raise
            is_busy = reason_of(failure) == EngineBusy.code
            away_since = None if is_busy else away_since or clock()
            since, patient_seconds = (
                (began, patience.busy_seconds) if away_since is None else (away_since, patience.away_seconds)
            )
            if clock() - since >= patient_seconds:
                raise
        await asyncio.sleep(next(delays))

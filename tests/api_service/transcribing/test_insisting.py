"""How long a job asks for what it does not get."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from api_service.transcribing.insisting import Patience, insist, may_pass
from shared.clients.http import UpstreamRefused
from shared.contracts.diarization import NO_MODEL
from shared.errors import ServiceError, UpstreamFailed

BUSY = UpstreamFailed("busy", reason="engine-busy")
AWAY = UpstreamFailed("away")


def answering(*failures: ServiceError) -> tuple[Callable[[], Awaitable[str]], list[ServiceError]]:
    """A service that fails so often before it answers, and the failures that it has left."""
    left = list(failures)

    async def ask() -> str:
        await asyncio.sleep(0)
        if left:
            raise left.pop(0)
        return "answer"

    return ask, left


async def test_a_busy_service_is_asked_for_longer_than_one_that_is_away() -> None:
    ask, _ = answering(BUSY, BUSY)
    assert await insist(ask, Patience(away_seconds=0, busy_seconds=60)) == "answer"
    ask, left = answering(BUSY, AWAY, AWAY)
    with pytest.raises(UpstreamFailed, match="away"):
        await insist(ask, Patience(away_seconds=0, busy_seconds=60))
    assert left == [AWAY]


async def test_a_service_that_comes_back_in_time_answers() -> None:
    ask, _ = answering(AWAY, AWAY)
    assert await insist(ask, Patience(away_seconds=60, busy_seconds=0)) == "answer"


async def test_patience_with_a_busy_service_ends() -> None:
    ask, left = answering(BUSY, BUSY)
    with pytest.raises(UpstreamFailed, match="busy"):
        await insist(ask, Patience(away_seconds=60, busy_seconds=0))
    assert left == [BUSY]


@pytest.mark.parametrize(
    "failure", [UpstreamRefused("no", reason="undecodable-audio"), UpstreamFailed("no", reason=NO_MODEL)]
)
async def test_what_cannot_pass_is_asked_once(failure: ServiceError) -> None:
    ask, left = answering(failure, AWAY)
    with pytest.raises(type(failure), match="no"):
        await insist(ask, Patience())
    assert left == [AWAY]
    assert not may_pass(failure)

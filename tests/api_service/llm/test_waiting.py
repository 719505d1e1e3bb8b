"""Questions that meet a rest or a trial wait for its end."""

import asyncio
from collections.abc import Sequence
from itertools import repeat

import pytest
from pydantic import BaseModel, SecretStr

from api_service.llm.bill import Bill
from api_service.llm.models import Models
from api_service.llm.port import Message, ModelUnavailable
from api_service.llm.provider import Answer, Fault, Form, Limited, Passing
from api_service.llm.route import Route, route
from api_service.minutes.writing.together import together
from tests.api_service.llm.scripted_models import GOOD, QUESTION, Wanted
from tests.scripted import until

ANSWERED_WITHIN_SECONDS = 10


class Gated:
    """Fails by its list, then answers whoever is let."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        self.let = asyncio.Semaphore(0)
        self.waiting = self.asked = 0

    async def ask(
        self,
        model: str,
        messages: list[Message],
        *,
        schema: type[BaseModel],
        form: Form,
        key: SecretStr | None,
    ) -> Answer:
        self.asked += 1
        if self.faults:
            raise self.faults.pop(0)
        self.waiting += 1
        try:
            await self.let.acquire()
        finally:
            self.waiting -= 1
        return GOOD


def resting(seconds: float) -> Route:
    """A way of which three failures in a row have just been seen."""
    found = route("m", "p", "schema", [])
    found.keys[0].breaker.rest(seconds)
    return found


def models(provider: Gated, *ways: Route, rest_seconds: float = 20.0) -> Models:
    return Models(provider, ways, parallel=4, waits=lambda: repeat(0.0), rest_seconds=rest_seconds)


async def text(asked: Models) -> str:
    return (await asked.complete(QUESTION, schema=Wanted, bill=Bill())).value.text


async def test_a_burst_over_the_limit_is_waited_for_by_all_parts() -> None:
    provider = Gated([Limited(0.2)] * 4)
    asked = models(provider, route("m", "p", "schema", []))
    async with asyncio.timeout(ANSWERED_WITHIN_SECONDS), asyncio.TaskGroup() as group:
        parts = group.create_task(together([text(asked) for _ in range(4)]))
        await until(lambda: provider.waiting == 4)
        for _ in range(4):
            provider.let.release()
        assert await parts == ["Friday"] * 4
    assert provider.asked == 8


async def test_a_trial_is_waited_for_by_all_parts_however_slow_it_is() -> None:
    provider = Gated([])
    asked = models(provider, resting(0.1))
    async with asyncio.timeout(ANSWERED_WITHIN_SECONDS), asyncio.TaskGroup() as group:
        parts = group.create_task(together([text(asked) for _ in range(4)]))
        await until(lambda: provider.waiting == 1)
        # All tries would be spent by now.
        assert not (await asyncio.wait({parts}, timeout=0.05))[0]
        assert provider.asked == 1
        provider.let.release()
        await until(lambda: provider.waiting == 3)
        for _ in range(3):
            provider.let.release()
        assert await parts == ["Friday"] * 4


async def test_a_trial_that_is_abandoned_is_the_next_ones() -> None:
    provider = Gated([])
    asked = models(provider, resting(0.0))
    async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
        first = asyncio.create_task(text(asked))
        await until(lambda: provider.waiting == 1)
        second = asyncio.create_task(text(asked))
        await asyncio.sleep(0)
        first.cancel()
        await until(lambda: provider.asked == 2)
        provider.let.release()
        assert await second == "Friday"
    assert first.cancelled()


async def test_a_trial_that_fails_ends_the_waiting() -> None:
    asked = models(Gated([Passing()]), resting(0.0))
    async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
        ends = await asyncio.gather(*(text(asked) for _ in range(3)), return_exceptions=True)
    assert [type(end) for end in ends] == [ModelUnavailable] * 3


@pytest.mark.parametrize(("rest", "patience"), [(600, 20.0), (15.0, 5.0)])
async def test_a_long_rest_is_not_waited_for(rest: float, patience: float) -> None:
    provider = Gated([])
    with pytest.raises(ModelUnavailable):
        await text(models(provider, resting(rest), rest_seconds=patience))
    assert provider.asked == 0


async def test_who_has_another_model_does_not_wait_for_the_first() -> None:
    provider = Gated([])
    provider.let.release()
    ways = (resting(25), route("second", "p", "schema", []))
    made = await models(provider, *ways, rest_seconds=600).complete(QUESTION, schema=Wanted, bill=Bill())
    assert made.model == "second"

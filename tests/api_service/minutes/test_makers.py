"""Minutes are made by whom the settings name."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest

from api_service.llm.bill import Bill, Cost, OverBudget
from api_service.llm.port import ModelUnavailable
from api_service.minutes.extracting import extract
from api_service.minutes.makers import Extractor, QuotingAtLast, open_maker
from api_service.minutes.making import Made, Ready, Titled, Told, Wishes
from api_service.minutes.transcript import Said, of_text
from api_service.settings import ApiSettings
from shared.errors import ServiceError, TooLarge
from shared.inference import InferenceWorker

TALK = of_text("Ada: We decided to ship on Friday.\nGrace: I'll write the release notes by Thursday.")


@pytest.fixture
async def extraction() -> AsyncIterator[InferenceWorker]:
    worker = InferenceWorker(name="minutes", max_waiting=4)
    yield worker
    worker.close()


async def test_without_a_model_minutes_quote_and_cost_nothing(extraction: InferenceWorker) -> None:
    heard: list[Ready] = []

    async def told(ready: Ready) -> None:
        heard.append(ready)

    async with AsyncExitStack() as stack:
        maker = await open_maker(ApiSettings(), stack, extraction=extraction)
        made = await maker.make(TALK, Wishes(), told)
    assert made.minutes == extract(TALK)
    assert (made.model, made.provider, made.cost) == ("local/extractive", "local", Cost(0, 0, 0.0))
    assert [(ready.share, ready.minutes) for ready in heard] == [(1.0, made.minutes)]
    assert "action_items" in heard[0].sections


class Spendthrift:
    """An author that pays, and then fails or never comes to an end."""

    def __init__(self, failure: ServiceError | None) -> None:
        self._failure = failure

    async def make(
        self, transcript: Sequence[Said], wishes: Wishes, told: Told, bill: Bill | None = None
    ) -> Made:
        await self._pay(bill)
        raise AssertionError

    async def entitle(
        self, transcript: Sequence[Said], wishes: Wishes, *, summary: str = "", bill: Bill | None = None
    ) -> Titled:
        await self._pay(bill)
        raise AssertionError

    async def _pay(self, bill: Bill | None) -> None:
        assert bill
        bill.add(Cost(100, 20, 1.5))
        if self._failure:
            raise self._failure
        await asyncio.Event().wait()


async def told(_: Ready) -> None:
    """Nobody listens."""


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [(OverBudget("all is spent"), None), (ModelUnavailable("gone"), None), (None, 0.01)],
)
async def test_where_writing_fails_or_takes_too_long_minutes_quote_and_have_their_cost(
    extraction: InferenceWorker, failure: ServiceError | None, seconds: float | None
) -> None:
    maker = QuotingAtLast(Spendthrift(failure), Extractor(extraction), most_seconds=seconds)
    made = await maker.make(TALK, Wishes(), told)
    assert (made.origin, made.cost) == ("extracted", Cost(100, 20, 1.5))
    title = await maker.entitle(TALK, Wishes())
    assert (title.origin, title.cost) == ("extracted", Cost(100, 20, 1.5))
    assert title.title == made.minutes.title


async def test_what_was_asked_for_wrongly_is_not_quoted_instead(extraction: InferenceWorker) -> None:
    maker = QuotingAtLast(Spendthrift(TooLarge("too long")), Extractor(extraction))
    with pytest.raises(TooLarge):
        await maker.make(TALK, Wishes(), told)

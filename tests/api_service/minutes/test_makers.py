"""Minutes are made by whom the settings name."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from api_service.llm.bill import Cost
from api_service.minutes.extracting import extract
from api_service.minutes.makers import open_maker
from api_service.minutes.making import Ready, Wishes
from api_service.minutes.transcript import of_text
from api_service.settings import ApiSettings
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

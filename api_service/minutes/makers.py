"""Who makes minutes in this process, as its settings say."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import get_args

import structlog

from api_service.llm.bill import NOTHING
from api_service.llm.loading import LateModels
from api_service.llm.settings import LAST_RESORT
from api_service.minutes.extracting import MODEL, extract
from api_service.minutes.making import Made, MinutesMaker, Ready, Section, Told, Wishes
from api_service.minutes.transcript import Said
from api_service.minutes.writing.writer import Writer
from api_service.settings import ApiSettings
from shared.errors import ServiceError
from shared.inference import InferenceWorker

log = structlog.get_logger()

_PROVIDER = "local"


class Extractor:
    """Quotes, on the thread of `extraction`; wishes change nothing. Raises EngineBusy."""

    def __init__(self, extraction: InferenceWorker) -> None:
        self._extraction = extraction

    async def make(self, transcript: Sequence[Said], wishes: Wishes, told: Told) -> Made:  # noqa: ARG002
        minutes = await self._extraction.run(extract, transcript)
        await told(Ready(1.0, minutes, get_args(Section)))
        return Made(minutes, model=MODEL, provider=_PROVIDER, cost=NOTHING)


class Author:
    """Has them written, and quotes where there is nothing to write about."""

    def __init__(self, writer: MinutesMaker, extractor: MinutesMaker) -> None:
        self._writer = writer
        self._extractor = extractor

    async def make(self, transcript: Sequence[Said], wishes: Wishes, told: Told) -> Made:
        said_something = any(said.text.strip() for said in transcript)
        maker = self._writer if said_something else self._extractor
        return await maker.make(transcript, wishes, told)


class QuotingAtLast:
    """Quotes where writing fails; the minutes say so."""

    def __init__(self, author: MinutesMaker, extractor: MinutesMaker) -> None:
        self._author = author
        self._extractor = extractor

    async def make(self, transcript: Sequence[Said], wishes: Wishes, told: Told) -> Made:
        try:
            return await self._author.make(transcript, wishes, told)
        except ServiceError as failure:
            if failure.status < 500:  # something that was asked for wrongly
                raise
            log.info("minutes.quoted", failure=failure.code)
        return await self._extractor.make(transcript, wishes, told)


async def open_maker(
    settings: ApiSettings, stack: AsyncExitStack, *, extraction: InferenceWorker
) -> MinutesMaker:
    """What the maker comes to hold is closed by `stack`; `extraction` stays its owner's."""
    extractor = Extractor(extraction)
    if not settings.llm_writers:
        return extractor
    writer = Writer(
        LateModels(settings, stack),
        extraction,
        question_tokens=settings.llm_question_tokens,
        most_cents=settings.llm_cents_per_job,
    )
    author = Author(writer, extractor)
    return QuotingAtLast(author, extractor) if settings.llm_models[-1] == LAST_RESORT else author

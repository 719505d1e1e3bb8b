"""Who makes minutes in this process, as its settings say."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from typing import TypeVar, get_args

import structlog

from api_service.llm.bill import NOTHING, Bill
from api_service.llm.loading import LateModels
from api_service.llm.patience import SHORTLY_SECONDS
from api_service.llm.settings import LAST_RESORT
from api_service.minutes.extracting import MODEL, extract, title_of
from api_service.minutes.making import Made, MinutesMaker, Ready, Section, Titled, Told, Wishes
from api_service.minutes.transcript import Said
from api_service.minutes.writing.writer import Writer
from api_service.settings import ApiSettings
from shared.errors import ServiceError
from shared.inference import InferenceWorker

log = structlog.get_logger()

_PROVIDER = "local"

Result = TypeVar("Result")


class Extractor:
    """Quotes, on the thread of `extraction`; wishes change nothing. Raises EngineBusy."""

    def __init__(self, extraction: InferenceWorker) -> None:
        self._extraction = extraction

    async def make(
        self,
        transcript: Sequence[Said],
        wishes: Wishes,  # noqa: ARG002
        told: Told,
        bill: Bill | None = None,
    ) -> Made:
        minutes = await self._extraction.run(extract, transcript)
        await told(Ready(1.0, minutes, get_args(Section)))
        return Made(minutes, model=MODEL, provider=_PROVIDER, cost=bill.cost if bill else NOTHING)

    async def entitle(
        self,
        transcript: Sequence[Said],
        wishes: Wishes,  # noqa: ARG002
        *,
        summary: str = "",  # noqa: ARG002 - it would be no quotation
        bill: Bill | None = None,
    ) -> Titled:
        title = await self._extraction.run(title_of, [said.text for said in transcript])
        return Titled(title, "extracted", MODEL, _PROVIDER, bill.cost if bill else NOTHING)


class Author:
    """Has them written, and quotes where there is nothing to write about."""

    def __init__(self, writer: MinutesMaker, extractor: MinutesMaker) -> None:
        self._writer = writer
        self._extractor = extractor

    async def make(
        self, transcript: Sequence[Said], wishes: Wishes, told: Told, bill: Bill | None = None
    ) -> Made:
        return await self._maker_of(transcript).make(transcript, wishes, told, bill)

    async def entitle(
        self, transcript: Sequence[Said], wishes: Wishes, *, summary: str = "", bill: Bill | None = None
    ) -> Titled:
        maker = self._maker_of(transcript)
        return await maker.entitle(transcript, wishes, summary=summary, bill=bill)

    def _maker_of(self, transcript: Sequence[Said]) -> MinutesMaker:
        return self._writer if any(said.text.strip() for said in transcript) else self._extractor


class QuotingAtLast:
    """Quotes where writing fails or takes too long; the minutes say so, and what was spent on it."""

    def __init__(
        self, author: MinutesMaker, extractor: MinutesMaker, *, most_seconds: float | None = None
    ) -> None:
        self._author = author
        self._extractor = extractor
        self._most_seconds = most_seconds

    async def make(
        self, transcript: Sequence[Said], wishes: Wishes, told: Told, bill: Bill | None = None
    ) -> Made:
        spent = bill or Bill()
        made = await self._or_nothing(self._author.make(transcript, wishes, told, spent))
        return made or await self._extractor.make(transcript, wishes, told, spent)

    async def entitle(
        self, transcript: Sequence[Said], wishes: Wishes, *, summary: str = "", bill: Bill | None = None
    ) -> Titled:
        spent = bill or Bill()
        titled = await self._or_nothing(self._author.entitle(transcript, wishes, summary=summary, bill=spent))
        return titled or await self._extractor.entitle(transcript, wishes, bill=spent)

    async def _or_nothing(self, writing: Awaitable[Result]) -> Result | None:
        limit = asyncio.timeout(self._most_seconds)
        try:
            async with limit:
                return await writing
        except ServiceError as failure:
            if failure.status < 500:  # something that was asked for wrongly
                raise
            log.info("minutes.quoted", failure=failure.code)
        except TimeoutError:
            if not limit.expired():
                raise
            log.info("minutes.quoted", failure="takes-longer")
        return None


async def open_maker(
    settings: ApiSettings,
    stack: AsyncExitStack,
    *,
    extraction: InferenceWorker,
    writing_seconds: float | None = None,
    rest_seconds: float = SHORTLY_SECONDS,
) -> MinutesMaker:
    """What the maker comes to hold is closed by `stack`; `extraction` stays its owner's.

    Writing takes at most `writing_seconds` where quoting can stand in for it, and waits `rest_seconds` for a
    model that has failed where no other can.
    """
    extractor = Extractor(extraction)
    if not settings.llm_writers:
        return extractor
    writer = Writer(
        LateModels(settings, stack, rest_seconds=rest_seconds),
        extraction,
        question_tokens=settings.llm_question_tokens,
        most_cents=settings.llm_cents_per_job,
    )
    author = Author(writer, extractor)
    if settings.llm_models[-1] != LAST_RESORT:
        return author
    return QuotingAtLast(author, extractor, most_seconds=writing_seconds)

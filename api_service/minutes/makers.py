"""Who makes minutes in this process, as its settings say."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import get_args

from api_service.minutes.extracting import MODEL, extract
from api_service.minutes.making import Cost, Made, MinutesMaker, Ready, Section, Told, Wishes
from api_service.minutes.transcript import Said
from api_service.settings import ApiSettings
from shared.inference import InferenceWorker

_PROVIDER = "local"


class Extractor:
    """Quotes, on the thread of `extraction`; wishes change nothing. Raises EngineBusy."""

    def __init__(self, extraction: InferenceWorker) -> None:
        self._extraction = extraction

    async def make(self, transcript: Sequence[Said], wishes: Wishes, told: Told) -> Made:  # noqa: ARG002
        minutes = await self._extraction.run(extract, transcript)
        await told(Ready(1.0, minutes, get_args(Section)))
        cost = Cost(prompt_tokens=0, completion_tokens=0, cents=0.0)
        return Made(minutes, model=MODEL, provider=_PROVIDER, cost=cost)


async def open_maker(
    settings: ApiSettings,  # noqa: ARG001
    stack: AsyncExitStack,  # noqa: ARG001
    *,
    extraction: InferenceWorker,
) -> MinutesMaker:
    """What the maker holds is closed by `stack`; `extraction` stays its owner's."""
    return Extractor(extraction)

"""Who makes the minutes that are compared, by the name of a model."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from api_service.minutes.extracting import MODEL, extract
from api_service.minutes.making import Cost, Made, MinutesMaker, Told, Wishes
from api_service.minutes.transcript import Said


class UnknownModel(Exception):
    """Nobody here makes minutes with it."""


class Quoting:
    """What the API makes them with when no model is configured; wishes change nothing."""

    async def make(self, transcript: Sequence[Said], wishes: Wishes, told: Told) -> Made:  # noqa: ARG002
        cost = Cost(prompt_tokens=0, completion_tokens=0, cents=0.0)
        return Made(extract(transcript), model=MODEL, provider="local", cost=cost)


async def opened(model: str, stack: AsyncExitStack) -> MinutesMaker:  # noqa: ARG001
    """A maker for as long as the stack is open. Raises UnknownModel."""
    if model != MODEL:
        raise UnknownModel(f"{model} makes no minutes here; known is {MODEL}")
    return Quoting()

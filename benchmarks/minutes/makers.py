"""Who makes the minutes that are compared, by the name of a model; settings are the API's own."""

from contextlib import AsyncExitStack

from api_service.minutes.makers import open_maker
from api_service.minutes.making import MinutesMaker
from api_service.settings import ApiSettings
from shared.inference import InferenceWorker


async def opened(model: str, stack: AsyncExitStack) -> MinutesMaker:
    """One that never falls back to another, for as long as the stack is open. Raises CannotStart."""
    extraction = InferenceWorker(name="minutes", max_waiting=1)
    stack.callback(extraction.close)
    settings = ApiSettings.model_validate({"llm_models": (model,)})
    return await open_maker(settings, stack, extraction=extraction)

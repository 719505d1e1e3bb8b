"""Brings language models into a process."""

import asyncio
import os
from contextlib import AsyncExitStack

from api_service.llm.models import Models, Route, route
from api_service.llm.provider import ClosingProvider
from api_service.llm.settings import ModelSettings


async def open_models(settings: ModelSettings, stack: AsyncExitStack) -> Models:
    """Takes seconds and 120 MB, so only processes that write do it; `stack` closes it on this event loop.

    Raises CannotStart for a model that LiteLLM cannot know.
    """
    provider, routes = await asyncio.to_thread(_load, settings)
    stack.push_async_callback(provider.aclose)
    return Models(provider, routes, parallel=settings.llm_parallel)


def _load(settings: ModelSettings) -> tuple[ClosingProvider, list[Route]]:
    # Prices come with the package; otherwise importing it would fetch them.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from api_service.llm.litellm_provider import LiteLlm  # noqa: PLC0415

    provider = LiteLlm(settings)
    keys = settings.llm_keys_by_provider
    routes = []
    for model in settings.llm_writers:
        whose = provider.provider_of(model)
        routes.append(route(model, whose, provider.form_of(model), keys.get(whose, ())))
    return provider, routes

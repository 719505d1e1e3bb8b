"""Brings language models into a process."""

import asyncio
import os
from contextlib import AsyncExitStack

import structlog

from api_service.llm.bill import Bill
from api_service.llm.models import Models
from api_service.llm.patience import SHORTLY_SECONDS
from api_service.llm.port import Completion, Message, ModelNotConfigured, Wanted
from api_service.llm.provider import ClosingProvider
from api_service.llm.route import Route, route
from api_service.llm.settings import ModelSettings
from shared.errors import CannotStart

log = structlog.get_logger()


class LateModels:
    """A LanguageModel that is loaded by the first question; `stack` closes it on this event loop.

    A process that is asked nothing stays as small as it is, and a wrong name fails what needs it alone.
    """

    def __init__(
        self, settings: ModelSettings, stack: AsyncExitStack, *, rest_seconds: float = SHORTLY_SECONDS
    ) -> None:
        self._settings = settings
        self._rest_seconds = rest_seconds
        self._stack = stack
        self._loading = asyncio.Lock()
        self._models: Models | None = None

    async def complete(
        self, messages: list[Message], *, schema: type[Wanted], bill: Bill
    ) -> Completion[Wanted]:
        models = await self._loaded()
        return await models.complete(messages, schema=schema, bill=bill)

    async def _loaded(self) -> Models:
        async with self._loading:
            if self._models is None:
                try:
                    self._models = await open_models(
                        self._settings, self._stack, rest_seconds=self._rest_seconds
                    )
                except CannotStart as fault:
                    log.warning("llm.not_configured", reason=str(fault))
                    raise ModelNotConfigured("The operator has named a model that nobody knows") from None
            return self._models


async def open_models(
    settings: ModelSettings, stack: AsyncExitStack, *, rest_seconds: float = SHORTLY_SECONDS
) -> Models:
    """Takes seconds and 120 MB; `stack` closes it on this event loop.

    Raises CannotStart for a model that LiteLLM cannot know.
    """
    provider, routes = await asyncio.to_thread(_load, settings)
    stack.push_async_callback(provider.aclose)
    return Models(provider, routes, parallel=settings.llm_parallel, rest_seconds=rest_seconds)


def _load(settings: ModelSettings) -> tuple[ClosingProvider, list[Route]]:
    # Prices and Anthropic's headers come with the package; otherwise it would fetch both from elsewhere.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS"] = "True"
    from api_service.llm.litellm_provider import LiteLlm  # noqa: PLC0415

    provider = LiteLlm(settings)
    keys = settings.llm_keys_by_provider
    routes = []
    for model in settings.llm_writers:
        whose = provider.provider_of(model)
        routes.append(route(model, whose, provider.form_of(model), keys.get(whose, ())))
    return provider, routes

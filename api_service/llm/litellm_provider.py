"""Asks through LiteLLM. The only file that imports it: loaded late, since it takes seconds and 120 MB."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

import httpx
import litellm
import openai
from litellm.exceptions import ContentPolicyViolationError
from litellm.litellm_core_utils.streaming_handler import calculate_total_usage
from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients
from litellm.types.utils import ModelResponse, ModelResponseStream, Usage
from pydantic import BaseModel, SecretStr

from api_service.llm.bill import NOTHING, UNKNOWN, Cost
from api_service.llm.port import Message
from api_service.llm.provider import Answer, Blocked, Fault, Form, KeyRefused, Limited, Passing, Unfit
from api_service.llm.settings import ModelSettings, served_by_us
from shared.errors import CannotStart

_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai")
_LONGEST_REST_SECONDS = 3600.0
_NO_KEY = "none"


class LiteLlm:
    """Of one event loop; `aclose` it there."""

    def __init__(self, settings: ModelSettings) -> None:
        self._base_url = settings.llm_base_url
        self._silence_seconds = settings.llm_first_token_seconds
        self._answer_seconds = settings.llm_answer_seconds
        self._answer_tokens = settings.llm_answer_tokens
        _keep_to_itself()

    def provider_of(self, model: str) -> str:
        """Raises CannotStart for a model of nobody."""
        if served_by_us(model):
            return "local"
        try:
            return str(litellm.get_llm_provider(model)[1])
        except openai.OpenAIError:
            raise CannotStart(f"API_LLM_MODELS: LiteLLM does not know whose model {model} is") from None

    def form_of(self, model: str) -> Form:
        """The strictest that is likely to work."""
        if served_by_us(model) or litellm.supports_response_schema(model):
            return "schema"
        supported = litellm.get_supported_openai_params(model) or []
        return "object" if "response_format" in supported else "text"

    async def ask(
        self,
        model: str,
        messages: list[Message],
        *,
        schema: type[BaseModel],
        form: Form,
        key: SecretStr | None,
    ) -> Answer:
        has_begun = False
        try:
            async with asyncio.timeout(self._answer_seconds):
                async with self._stream(model, messages, schema, form, key) as stream:
                    has_begun = True
                    return await self._heard(model, stream)
        except TimeoutError:
            fault: Fault = Passing(UNKNOWN)
        except openai.OpenAIError as error:
            fault = _fault(error)
            fault.cost = UNKNOWN if has_begun or _was_sent(error) else NOTHING
        # Raised out here since those errors quote questions and answers, which no traceback may show.
        raise fault

    async def aclose(self) -> None:
        """Forgets what LiteLLM keeps open for its event loop."""
        await close_litellm_async_clients()  # type: ignore[no-untyped-call] # as LiteLLM wrote it
        litellm.in_memory_llm_clients_cache.flush_cache()  # type: ignore[no-untyped-call] # the same

    @asynccontextmanager
    async def _stream(
        self,
        model: str,
        messages: list[Message],
        schema: type[BaseModel],
        form: Form,
        key: SecretStr | None,
    ) -> AsyncIterator[litellm.CustomStreamWrapper]:
        ours = served_by_us(model)
        given = key.get_secret_value() if key else None
        async with asyncio.timeout(self._silence_seconds):
            answer = await litellm.acompletion(
                model=f"openai/{ours}" if ours else model,
                api_base=self._base_url if ours else None,
                api_key=given or (_NO_KEY if ours else None),
                messages=[{"role": each.role, "content": each.text} for each in messages],
                response_format=_response_format(schema, form),
                max_tokens=self._answer_tokens,
                temperature=0.0,
                stream=True,
                stream_options={"include_usage": True},
                timeout=self._answer_seconds,
                # Who retries, and with what, is decided above.
                max_retries=0,
                num_retries=0,
                drop_params=True,
            )
        stream = cast("litellm.CustomStreamWrapper", answer)
        try:
            yield stream
        finally:
            await stream.aclose()

    async def _heard(self, model: str, stream: litellm.CustomStreamWrapper) -> Answer:
        text: list[str] = []
        end: str | None = None
        while (part := await self._next(stream)) is not None:
            for choice in part.choices:
                text.append(choice.delta.content or "")
                # Declared to be there in every part, it is there in the last.
                end = cast("str | None", choice.finish_reason) or end
        usage = _told(cast("list[ModelResponse]", stream.chunks))
        cost = UNKNOWN
        if usage:
            cost = Cost(usage.prompt_tokens, usage.completion_tokens, _cents(model, usage))
        if end == "content_filter":
            raise Blocked(cost)
        return Answer("".join(text), is_whole=end != "length", cost=cost)

    async def _next(self, stream: litellm.CustomStreamWrapper) -> ModelResponseStream | None:
        async with asyncio.timeout(self._silence_seconds):
            return await anext(stream, None)


def _response_format(schema: type[BaseModel], form: Form) -> type[BaseModel] | dict[str, str] | None:
    match form:
        case "schema":
            return schema
        case "object":
            return {"type": "json_object"}
        case "text":
            return None


def _told(chunks: list[ModelResponse]) -> Usage | None:
    """What the provider counted; LiteLLM would go on to guess where it counted nothing."""
    if not any(getattr(chunk, "usage", None) for chunk in chunks):
        return None
    return calculate_total_usage(chunks=chunks)


def _cents(model: str, usage: Usage) -> float | None:
    """By LiteLLM's list of prices; None for what is not on it, and for the operator's own server."""
    if served_by_us(model):
        return None
    try:
        return 100 * litellm.completion_cost(ModelResponse(model=model, usage=usage), model=model)
    except Exception:  # noqa: BLE001 - it raises all kinds of things where it has no price
        return None


def _fault(error: openai.OpenAIError) -> Fault:
    if isinstance(error, ContentPolicyViolationError):
        return Blocked()
    match getattr(error, "status_code", None):
        case 401 | 402 | 403:
            return KeyRefused()
        case 429:
            return Limited(_retry_after(error))
        case int(status) if 400 <= status < 500 and status != 408:
            return Unfit()
        case _:
            return Passing()


def _was_sent(error: BaseException) -> bool:
    """Whether a question without any answer may have been read all the same."""
    causes: list[BaseException] = []
    while error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__ or error
    lost = [each for each in causes if isinstance(each, httpx.TransportError)]
    return bool(lost) and not any(
        isinstance(each, httpx.ConnectError | httpx.ConnectTimeout) for each in lost
    )


def _retry_after(error: openai.OpenAIError) -> float | None:
    headers = getattr(error, "litellm_response_headers", None)
    value = headers.get("retry-after") if isinstance(headers, Mapping) else None
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), _LONGEST_REST_SECONDS)


def _keep_to_itself() -> None:
    """LiteLLM logs questions and answers, and prints where it cannot log."""
    litellm.suppress_debug_info = True
    litellm.disable_aiohttp_transport = True
    for name in _LOGGERS:
        logging.getLogger(name).disabled = True

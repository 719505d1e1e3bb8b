"""Which language models write, where they are and what they may cost."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from api_service.environment import LISTED, UNLESS_EMPTY
from shared.settings import ServiceSettings

LAST_RESORT = "local/extractive"
"""Among the names of models, what quotes instead of writing."""

_OURS = "local/"
_KEY = re.compile(r"[a-z][a-z0-9_]*:\S+")


_LEAST_QUESTION_TOKENS = 2500
_ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/@+-]*$", max_length=200)]


class ModelSettings(ServiceSettings):
    """Part of the API's settings. Users choose none of it: addresses and keys are the operator's."""

    llm_models: Annotated[tuple[_ModelName, ...], *LISTED] = ()
    """As LiteLLM names them, the next where one fails; `local/x` is the model x of the server at
    `llm_base_url`. `local/extractive` at the end, or nothing else, makes minutes that quote."""

    llm_keys: Annotated[tuple[SecretStr, ...], *LISTED] = ()
    """`provider:key`, several for one provider in rotation. For a provider without any, LiteLLM looks into
    the variables that it documents, such as OPENAI_API_KEY."""

    llm_base_url: Annotated[str | None, UNLESS_EMPTY] = Field(None, pattern=r"^https?://")
    """A server that speaks OpenAI's language, with its /v1."""

    llm_first_token_seconds: float = Field(60.0, gt=0, le=600)
    """The longest silence of a model, before its first word and between any two."""

    llm_answer_seconds: float = Field(300.0, gt=0, le=3600)
    """The longest answer."""

    llm_parallel: int = Field(4, ge=1, le=64)
    """Questions to models that one process has open at once."""

    llm_answer_tokens: int = Field(4000, ge=256, le=100_000)
    llm_context_tokens: int = Field(16_000, ge=2048, le=2_000_000)
    """What the smallest of the models takes, question and answer together."""

    llm_cents_per_job: Annotated[float | None, UNLESS_EMPTY] = Field(None, gt=0)
    """After so much, in all its attempts, nothing more is asked and the job fails; models without a known
    price count nothing."""

    @model_validator(mode="after")
    def _models_fit(self) -> Self:
        if LAST_RESORT in self.llm_models[:-1]:
            raise ValueError(f"{LAST_RESORT} never fails: it may only be the last of API_LLM_MODELS")
        if self.llm_base_url is None and any(name.startswith(_OURS) for name in self.llm_writers):
            raise ValueError("API_LLM_BASE_URL must say where the models local/... are")
        if self.llm_question_tokens < _LEAST_QUESTION_TOKENS:
            raise ValueError("API_LLM_CONTEXT_TOKENS must leave room beside two of API_LLM_ANSWER_TOKENS")
        if not all(_KEY.fullmatch(key.get_secret_value()) for key in self.llm_keys):
            raise ValueError("API_LLM_KEYS consists of provider:key, separated by commas")
        return self

    @property
    def llm_writers(self) -> tuple[str, ...]:
        """The models that write, in order."""
        return tuple(name for name in self.llm_models if name != LAST_RESORT)

    @property
    def llm_question_tokens(self) -> int:
        """What a question may have. Who asks for a repair shows the answer that needs it."""
        return self.llm_context_tokens - 2 * self.llm_answer_tokens

    @property
    def llm_keys_by_provider(self) -> Mapping[str, Sequence[SecretStr]]:
        """In the order in which they are given."""
        found: dict[str, list[SecretStr]] = defaultdict(list)
        for each in self.llm_keys:
            provider, _, key = each.get_secret_value().partition(":")
            found[provider].append(SecretStr(key))
        return found


def served_by_us(model: str) -> str | None:
    """The name at the operator's own server, for a model that is there."""
    return model.removeprefix(_OURS) if model.startswith(_OURS) else None

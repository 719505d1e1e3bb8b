"""What language models are to those who need them."""

from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from api_service.llm.bill import Bill
from shared.errors import ServiceError

Wanted = TypeVar("Wanted", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Message:
    """A part of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Completion(Generic[Wanted]):
    """An answer of the form that was asked for."""

    value: Wanted
    model: str
    """As the settings name it."""

    provider: str


class LanguageModel(Protocol):
    """Asks models until one gives an answer of that form.

    What was used and paid is on the bill, also where no answer was of use. Raises ModelUnavailable,
    ModelNotConfigured, ModelRefused, AnswerUnusable and OverBudget.
    """

    async def complete(
        self, messages: list[Message], *, schema: type[Wanted], bill: Bill
    ) -> Completion[Wanted]: ...


class ModelUnavailable(ServiceError):
    status, code, title, retryable = 503, "model-unavailable", "No language model can be reached now", True
    retry_after_seconds = 30


class ModelNotConfigured(ServiceError):
    status, code, title = 503, "model-not-configured", "No language model is set up as it has to be"


class ModelRefused(ServiceError):
    status, code, title = 503, "model-refused", "The language model does not work on this content"


class AnswerUnusable(ServiceError):
    status, code, title = 503, "model-answer-unusable", "The language model's answers are of no use"

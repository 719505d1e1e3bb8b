"""One question to one model with one key, and the ways in which it can fail."""

from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import BaseModel, SecretStr

from api_service.llm.bill import NOTHING, UNKNOWN, Cost
from api_service.llm.port import Message

Form = Literal["schema", "object", "text"]
"""How a model is held to JSON: to a schema, to any object, or by the words of the question alone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said."""

    text: str
    is_whole: bool
    """False where it ended because it was getting too long."""

    cost: Cost = UNKNOWN


class Provider(Protocol):
    """Waits for a whole answer. Raises a Fault, and nothing else that can be expected."""

    async def ask(
        self,
        model: str,
        messages: list[Message],
        *,
        schema: type[BaseModel],
        form: Form,
        key: SecretStr | None,
    ) -> Answer: ...


class ClosingProvider(Provider, Protocol):
    """One that holds connections."""

    async def aclose(self) -> None: ...


class Fault(Exception):
    """Why there is no answer; it carries no words of the question and none of the answer."""

    def __init__(self, cost: Cost = NOTHING) -> None:
        super().__init__()
        self.cost = cost
        """Of what was asked in vain."""


class Passing(Fault):
    """Too slow, out of reach or broken: it may be well in a moment."""


class Limited(Fault):
    """Too much was asked with this key."""

    def __init__(self, retry_after_seconds: float | None) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class KeyRefused(Fault):
    """The key is missing, wrong, or no longer paid for."""


class Unfit(Fault):
    """This model does not take such a question."""


class Blocked(Fault):
    """The provider does not want to work on this content."""


class Unusable(Fault):
    """There was an answer, but not of the form that was asked for."""

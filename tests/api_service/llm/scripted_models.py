"""A provider that answers by a script, in the place of LiteLLM."""

from collections.abc import Sequence
from itertools import repeat

from pydantic import BaseModel, SecretStr

from api_service.llm.bill import Bill, Cost
from api_service.llm.models import Models
from api_service.llm.port import Message
from api_service.llm.provider import Answer, Fault, Form, Provider
from api_service.llm.route import Route, route

QUESTION = [Message("user", "What was decided?")]


class Wanted(BaseModel):
    """What the questions of these tests ask for."""

    text: str


GOOD = Answer('{"text": "Friday"}', is_whole=True, cost=Cost(10, 4, 0.5))


class Script:
    """Gives to each model what is next on its list, and remembers what it was asked."""

    def __init__(self, **said: Sequence[Answer | Fault]) -> None:
        self._said = {model: list(answers) for model, answers in said.items()}
        self.asked: list[tuple[str, str | None]] = []
        self.forms: list[Form] = []
        self.messages: list[list[Message]] = []

    async def ask(
        self,
        model: str,
        messages: list[Message],
        *,
        schema: type[BaseModel],
        form: Form,
        key: SecretStr | None,
    ) -> Answer:
        self.asked.append((model, key.get_secret_value() if key else None))
        self.forms.append(form)
        self.messages.append(messages)
        said = self._said[model].pop(0)
        if isinstance(said, Fault):
            raise said
        return said


class Clock:
    """Moves when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def way(model: str, *keys: str, form: Form = "schema", clock: Clock | None = None) -> Route:
    return route(model, f"of-{model}", form, [SecretStr(key) for key in keys], clock=clock or Clock())


def models(provider: Provider, *routes: Route) -> Models:
    return Models(provider, routes, parallel=2, waits=lambda: repeat(0.0))


async def answered(script: Script, *routes: Route, bill: Bill | None = None) -> str:
    """The text of the answer, and whose it is."""
    made = await models(script, *routes).complete(QUESTION, schema=Wanted, bill=bill or Bill())
    return f"{made.value.text} by {made.model}, {made.provider}"

"""Asks the operator's models in their order, with their keys in turn, until one answers."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog
from pydantic import BaseModel, SecretStr

from api_service.llm.bill import Bill
from api_service.llm.breaker import Breaker
from api_service.llm.port import (
    AnswerUnusable,
    Completion,
    Message,
    ModelNotConfigured,
    ModelRefused,
    ModelUnavailable,
    Wanted,
)
from api_service.llm.provider import (
    Answer,
    Blocked,
    Fault,
    Form,
    KeyRefused,
    Limited,
    Passing,
    Provider,
    Unfit,
    Unusable,
)
from api_service.llm.structured import NotOfForm, parsed, repair
from shared.backoff import backoff
from shared.errors import ServiceError
from shared.observing import INFERENCE_SECONDS

log = structlog.get_logger()

_TRIES = 3
_LIMITED_SECONDS = 10.0
_REFUSED_SECONDS = 600.0
_LONGEST_WAIT_SECONDS = 20.0
_WEAKER: dict[Form, Form] = {"schema": "object", "object": "text"}


@dataclass(slots=True)
class Key:
    """A key of one model; None where the provider wants none or LiteLLM finds its own."""

    secret: SecretStr | None
    breaker: Breaker
    is_refused: bool = False
    """What it last came to, until it works."""


@dataclass(slots=True)
class Route:
    """A way to one model."""

    model: str
    provider: str
    keys: list[Key]
    form: Form
    turn: int = 0

    def next_key(self) -> Key:
        """The keys take turns. Raises KeyRefused when none is any good, Passing while all rest."""
        for _ in self.keys:
            key = self.keys[self.turn % len(self.keys)]
            self.turn += 1
            if key.breaker.allows():
                return key
        raise KeyRefused if all(key.is_refused for key in self.keys) else Passing

    @property
    def seconds_left(self) -> float:
        """Until a key may be used."""
        return min(key.breaker.seconds_left for key in self.keys)


def route(
    model: str,
    provider: str,
    form: Form,
    secrets: Sequence[SecretStr | None],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Route:
    """Without any secret, one key that is none."""
    keys = [Key(secret, Breaker(clock=clock)) for secret in secrets or [None]]
    return Route(model, provider, keys, form)


class Models:
    """A LanguageModel over all routes. Lives on one event loop."""

    def __init__(
        self,
        provider: Provider,
        routes: Sequence[Route],
        *,
        parallel: int,
        waits: Callable[[], Iterator[float]] = backoff,
    ) -> None:
        self._provider = provider
        self._routes = routes
        self._places = asyncio.Semaphore(parallel)
        self._waits = waits

    async def complete(
        self, messages: list[Message], *, schema: type[Wanted], bill: Bill
    ) -> Completion[Wanted]:
        faults: list[Fault] = []
        for each in self._routes:
            try:
                value = await self._formed(each, messages, schema, bill)
            except Fault as fault:
                log.info("llm.model_failed", model=each.model, fault=type(fault).__name__)
                faults.append(fault)
            else:
                return Completion(value, each.model, each.provider)
        raise _failure(faults)

    async def _formed(self, way: Route, messages: list[Message], schema: type[Wanted], bill: Bill) -> Wanted:
        answer = await self._answered(way, messages, schema, bill)
        try:
            return parsed(answer, schema)
        except NotOfForm as fault:
            again = repair(messages, answer, fault)
        return parsed(await self._answered(way, again, schema, bill), schema)

    async def _answered(
        self, way: Route, messages: list[Message], schema: type[BaseModel], bill: Bill
    ) -> Answer:
        """Tries again where that can help: a moment later, with another key, or with a weaker form."""
        waits = self._waits()
        tries = _TRIES + len(way.keys) - 1
        form = way.form
        while True:
            try:
                answer = await self._asked(way, messages, schema, form, bill)
            except Unfit:
                if form not in _WEAKER:
                    raise
                form = _WEAKER[form]
            except (Passing, Limited, KeyRefused):
                tries -= 1
                rest = max(way.seconds_left, next(waits))
                if not tries or rest > _LONGEST_WAIT_SECONDS:
                    raise
                await asyncio.sleep(rest)
            else:
                # It may have been the question that did not fit; that it was the form is known only now.
                way.form = form
                return answer

    async def _asked(
        self, way: Route, messages: list[Message], schema: type[BaseModel], form: Form, bill: Bill
    ) -> Answer:
        async with self._places:
            bill.check()
            key = way.next_key()
            try:
                with INFERENCE_SECONDS.labels("llm", way.model).time():
                    answer = await self._provider.ask(
                        way.model, messages, schema=schema, form=form, key=key.secret
                    )
            except Fault as fault:
                _note(key, fault)
                raise
            except BaseException:
                key.breaker.abandoned()
                raise
        key.is_refused = False
        key.breaker.succeeded()
        bill.add(
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            cents=answer.cents,
        )
        return answer


def _note(key: Key, fault: Fault) -> None:
    match fault:
        case KeyRefused():
            key.is_refused = True
            key.breaker.rest(_REFUSED_SECONDS)
        case Limited(retry_after_seconds=seconds):
            key.breaker.rest(_LIMITED_SECONDS if seconds is None else seconds)
        case Passing():
            key.breaker.failed()
        case _:
            key.breaker.succeeded()


def _failure(faults: Sequence[Fault]) -> ServiceError:
    """What somebody can do about it, the easiest first."""
    if any(isinstance(fault, Passing | Limited) for fault in faults):
        return ModelUnavailable("Models do not answer now; the work can be tried again later")
    if any(isinstance(fault, Unusable) for fault in faults):
        return AnswerUnusable("Models answered, but not in the form that was asked for")
    if any(isinstance(fault, Blocked) for fault in faults):
        return ModelRefused("The provider of the model does not work on this content")
    return ModelNotConfigured("The keys, names or limits of the models have to be set right by the operator")

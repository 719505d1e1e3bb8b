"""Asks the operator's models in their order, with their keys in turn, until one answers."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

import structlog

from api_service.llm.bill import UNKNOWN, Bill
from api_service.llm.patience import SHORTLY_SECONDS, Patience
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
from api_service.llm.route import Resting, Route
from api_service.llm.structured import NotOfForm, parsed, repair
from shared.backoff import backoff
from shared.errors import ServiceError
from shared.observing import INFERENCE_SECONDS

log = structlog.get_logger()

_WEAKER: dict[Form, Form] = {"schema": "object", "object": "text"}


@dataclass(frozen=True, slots=True)
class _Asking(Generic[Wanted]):
    """One question on its way to one model."""

    way: Route
    schema: type[Wanted]
    bill: Bill
    is_last: bool


class Models:
    """A LanguageModel over all routes. Lives on one event loop."""

    def __init__(
        self,
        provider: Provider,
        routes: Sequence[Route],
        *,
        parallel: int,
        waits: Callable[[], Iterator[float]] = backoff,
        rest_seconds: float = SHORTLY_SECONDS,
    ) -> None:
        """A question that no other model could answer waits `rest_seconds` for one that has failed."""
        self._provider = provider
        self._routes = routes
        self._places = asyncio.Semaphore(parallel)
        self._waits = waits
        self._rest_seconds = rest_seconds

    async def complete(
        self, messages: list[Message], *, schema: type[Wanted], bill: Bill
    ) -> Completion[Wanted]:
        faults: list[Fault] = []
        for place, each in enumerate(self._routes, start=1):
            asking = _Asking(each, schema, bill, is_last=place == len(self._routes))
            try:
                value = await self._formed(asking, messages)
            except Fault as fault:
                log.info("llm.model_failed", model=each.model, fault=type(fault).__name__)
                faults.append(fault)
            else:
                return Completion(value, each.model, each.provider)
        raise _failure(faults)

    async def _formed(self, asking: _Asking[Wanted], messages: list[Message]) -> Wanted:
        answer = await self._answered(asking, messages)
        try:
            return parsed(answer, asking.schema)
        except NotOfForm as fault:
            again = repair(messages, answer, fault)
        return parsed(await self._answered(asking, again), asking.schema)

    async def _answered(self, asking: _Asking[Wanted], messages: list[Message]) -> Answer:
        """Tries again where that can help: a moment later, with another key, or with a weaker form."""
        way, form = asking.way, asking.way.form
        patience = Patience(way, self._waits(), is_last=asking.is_last, rest_seconds=self._rest_seconds)
        while True:
            ended = way.ended
            try:
                answer = await self._asked(asking, messages, form)
            except Unfit:
                if form not in _WEAKER:
                    raise
                form = _WEAKER[form]
            except Resting:
                await patience.turn(ended)
            except (Passing, Limited, KeyRefused) as fault:
                if isinstance(fault, KeyRefused) and way.is_refused:
                    raise
                await patience.again(fault)
            else:
                # It may have been the question that did not fit; that it was the form is known only now.
                way.form = form
                return answer

    async def _asked(self, asking: _Asking[Wanted], messages: list[Message], form: Form) -> Answer:
        way, bill = asking.way, asking.bill
        async with self._places:
            bill.check()
            key = way.next_key()
            try:
                with INFERENCE_SECONDS.labels("llm", way.model).time():
                    answer = await self._provider.ask(
                        way.model, messages, schema=asking.schema, form=form, key=key.secret
                    )
            except Fault as fault:
                bill.add(fault.cost)
                key.note(fault)
                raise
            except BaseException:
                bill.add(UNKNOWN)
                key.breaker.abandoned()
                raise
            else:
                bill.add(answer.cost)
                key.is_refused = False
                key.breaker.succeeded()
                return answer
            finally:
                way.end()


def _failure(faults: Sequence[Fault]) -> ServiceError:
    """What somebody can do about it, the easiest first."""
    if any(isinstance(fault, Passing | Limited) for fault in faults):
        return ModelUnavailable("Models do not answer now; the work can be tried again later")
    if any(isinstance(fault, Unusable) for fault in faults):
        return AnswerUnusable("Models answered, but not in the form that was asked for")
    if any(isinstance(fault, Blocked) for fault in faults):
        return ModelRefused("The provider of the model does not work on this content")
    return ModelNotConfigured("The keys, names or limits of the models have to be set right by the operator")

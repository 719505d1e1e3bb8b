"""One model, one thread and a bounded waiting room: calls are ordered, batched, or refused at once."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, ParamSpec, TypeVar, cast

from shared.contracts.stt import Priority
from shared.errors import ServiceError, Unavailable
from shared.observing import DROPPED, INFERENCE_SECONDS, QUEUE_DEPTH

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Item = TypeVar("Item")
Answer = TypeVar("Answer")

_PRIORITIES: tuple[Priority, ...] = ("final", "partial")
_ALIKE = 2.0
"""How many times longer than the first an item of its batch may be, or shorter: what differs more waits."""


class EngineBusy(ServiceError):
    status, code, title, retryable = 503, "engine-busy", "Engine is at capacity", True


@dataclass(frozen=True, slots=True, eq=False)
class Model(Generic[Item, Answer]):
    """A loaded model as the worker sees it: a function from items to as many answers, in the same order."""

    name: str | None
    """Label of its measurements; None for calls that are not inference."""

    call: Callable[[list[Item]], list[Answer]]
    max_batch_size: int = 1
    """1 for a model that is no faster with several items than with one after the other."""

    length: Callable[[Item], float] = lambda _: 1.0
    """How much there is of an item, in any unit. In a batch each item takes as long as the longest."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[Answer]):
    """What the model said about one item, and the item's share of the time that its batch took."""

    value: Answer
    seconds: float


@dataclass(slots=True, eq=False)
class _Job:
    """One item in the waiting room. Jobs of one model share a batch unless one of them must go alone."""

    model: Model[object, object]
    item: object
    priority: Priority
    caller: object
    """Whoever waits for this and perhaps for other jobs, but takes one place."""

    future: asyncio.Future[Answered[object]]
    length: float
    alone: bool = False
    since: float = field(default_factory=time.monotonic)


class InferenceWorker:
    """Owns the model's thread. Lives on one event loop; `close` it when that loop's lifespan ends."""

    def __init__(self, *, name: str, max_waiting: int, batch_timeout_ms: float = 0) -> None:
        self._name = name
        # A quarter of the places may hold partials: more would be out of date before they are served.
        self._places: dict[Priority, int] = {"final": max_waiting, "partial": max(1, max_waiting // 4)}
        self._batch_timeout = batch_timeout_ms / 1000
        self._waiting: dict[Priority, deque[_Job]] = {priority: deque() for priority in _PRIORITIES}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"{name}-inference")
        self._busy = False
        self._patient = False
        """Whether who waits now came while others were being served: more may be on their way."""
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None

    async def run(
        self, call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Call something that needs the model's thread, such as loading it, in turn with the finals."""
        once = partial(call, *args, **kwargs)
        [answered] = await self.map(Model(None, lambda _: [once()]), [None], priority="final")
        return answered.value

    async def map(
        self, model: Model[Item, Answer], items: Iterable[Item], *, priority: Priority
    ) -> list[Answered[Answer]]:
        """The answers to all items, as `each` gives them for as many at a time as the model takes."""
        answers = self.each(model, items, priority=priority, at_a_time=model.max_batch_size)
        return [answered async for answered in answers]

    async def each(
        self, model: Model[Item, Answer], items: Iterable[Item], *, priority: Priority, at_a_time: int = 1
    ) -> AsyncGenerator[Answered[Answer], None]:
        """The answers in the order of their items, each as soon as it is there.

        So many items at a time take their turn, so that others get in between. Raises EngineBusy before the
        first answer, or not at all. Cancelling and closing give the place to somebody else.
        """
        self.require_place(priority)
        caller, left = object(), deque(items)
        while left:
            group = [left.popleft() for _ in range(min(at_a_time, len(left)))]
            jobs = self._enter(model, group, priority, caller)
            try:
                for job in jobs:
                    yield cast("Answered[Answer]", await job.future)
            finally:
                self._withdraw(jobs)

    def require_place(self, priority: Priority) -> None:
        """Raises EngineBusy where too many wait already; nothing is taken yet."""
        finals = self._callers("final")
        taken = self._callers(priority)
        if taken >= self._places[priority] or (priority == "partial" and finals):
            DROPPED.labels(f"{self._name}-{priority}").inc()
            raise EngineBusy(f"{finals + self._callers('partial')} requests are already waiting")

    def close(self) -> None:
        """Refuse what waits, finish what runs."""
        self._closed = True
        for waiting in self._waiting.values():
            while waiting:
                _settle(waiting.popleft().future, Unavailable("The service is stopping"))
        self._start_next()
        self._thread.shutdown(wait=True)

    def _callers(self, priority: Priority) -> int:
        return len({id(job.caller) for job in self._waiting[priority]})

    def _enter(
        self, model: Model[Item, Answer], items: list[Item], priority: Priority, caller: object
    ) -> list[_Job]:
        if self._closed:
            raise Unavailable("The service is stopping")
        if not self._busy and not any(self._waiting.values()):
            self._patient = False
        loop = asyncio.get_running_loop()
        # The waiting room holds jobs of any type; what goes in with an item comes out with its answer.
        anything = cast("Model[object, object]", model)
        jobs = [
            _Job(anything, item, priority, caller, loop.create_future(), model.length(item)) for item in items
        ]
        self._waiting[priority].extend(jobs)
        self._start_next()
        return jobs

    def _withdraw(self, jobs: list[_Job]) -> None:
        """Forget what nobody waits for any more; nothing when all is answered."""
        for job in jobs:
            if not job.future.cancel() and not job.future.cancelled():
                job.future.exception()  # looked at, or asyncio would complain that nobody did
        forgotten = [job for job in jobs if job in self._waiting[job.priority]]
        for job in forgotten:
            self._waiting[job.priority].remove(job)
        if forgotten:
            self._start_next()

    def _start_next(self) -> None:
        """Hand the next batch to the thread, unless it is busy, or when the batch has had time to grow."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if batch := self._next_batch():
            patience = self._patience(batch)
            if patience is None:
                self._start(batch)
            else:
                self._timer = asyncio.get_running_loop().call_later(patience, self._start_what_waits)
        self._count_waiting()

    def _patience(self, batch: list[_Job]) -> float | None:
        """For how many seconds a batch may still grow; None for one that is to start."""
        if not _may_grow(batch):
            return None
        if not self._patient:
            return 0.0  # what enters together goes together
        left = batch[0].since + self._batch_timeout - time.monotonic()
        return left if left > 0 else None

    def _start_what_waits(self) -> None:
        self._timer = None
        if batch := self._next_batch():
            self._start(batch)
        self._count_waiting()

    def _next_batch(self) -> list[_Job]:
        waiting = self._waiting["final"] or self._waiting["partial"]
        return _alike_first(waiting) if waiting and not self._busy and not self._closed else []

    def _count_waiting(self) -> None:
        for priority in _PRIORITIES:
            QUEUE_DEPTH.labels(f"{self._name}-{priority}").set(len(self._waiting[priority]))

    def _start(self, batch: list[_Job]) -> None:
        for job in batch:
            self._waiting[job.priority].remove(job)
        self._busy = True
        model, items = batch[0].model, [job.item for job in batch]
        running = asyncio.get_running_loop().run_in_executor(self._thread, _timed, model, items)
        running.add_done_callback(partial(self._finish, batch))

    def _finish(self, batch: list[_Job], running: asyncio.Future[tuple[list[object], float]]) -> None:
        self._busy, self._patient = False, True
        failure = running.exception()
        if failure and len(batch) > 1:
            self._wait_again(batch)
        elif failure:
            _settle(batch[0].future, failure)
        else:
            answers, seconds = running.result()
            if batch[0].model.name:
                INFERENCE_SECONDS.labels(self._name, batch[0].model.name).observe(seconds)
            for job, answer in zip(batch, answers, strict=True):
                _settle(job.future, Answered(answer, seconds / len(batch)))
        self._start_next()

    def _wait_again(self, batch: list[_Job]) -> None:
        """One item at fault must not fail the others: each goes first and alone."""
        for job in reversed(batch):
            if not job.future.done():
                job.alone = True
                self._waiting[job.priority].appendleft(job)


def _alike_first(waiting: deque[_Job]) -> list[_Job]:
    first = waiting[0]
    if first.alone:
        return [first]
    fitting = [job for job in waiting if job.model is first.model and not job.alone and _alike(job, first)]
    return fitting[: first.model.max_batch_size]


def _alike(one: _Job, other: _Job) -> bool:
    return one.length <= _ALIKE * other.length and other.length <= _ALIKE * one.length


def _may_grow(batch: list[_Job]) -> bool:
    return not batch[0].alone and len(batch) < batch[0].model.max_batch_size


def _timed(model: Model[object, object], items: list[object]) -> tuple[list[object], float]:
    """Runs on the model's thread."""
    started = time.perf_counter()
    answers = model.call(items)
    if len(answers) != len(items):
        raise AssertionError(f"{model.name} gave {len(answers)} answers to {len(items)} items")
    return answers, time.perf_counter() - started


def _settle(future: asyncio.Future[Answered[object]], outcome: Answered[object] | BaseException) -> None:
    if future.done():  # its caller has gone
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)

"""The waiting room in front of a model."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Coroutine

import pytest
from prometheus_client import REGISTRY

from shared.contracts.stt import Priority
from shared.errors import Unavailable
from shared.inference import EngineBusy, InferenceWorker, Model

PATIENCE = 20.0


class Gate:
    """A model that shouts what it is told, one batch each time it is let through."""

    def __init__(self, *, max_batch_size: int = 1) -> None:
        self.model = Model("gate", self._call, max_batch_size)
        self.batches: list[list[str]] = []
        self._began, self._let = threading.Semaphore(0), threading.Semaphore(0)

    def _call(self, items: list[str]) -> list[str]:
        self.batches.append(items)
        self._began.release()
        assert self._let.acquire(timeout=PATIENCE)
        if "bad" in items:
            raise ValueError("bad")
        return [item.upper() for item in items]

    def let(self, batches: int) -> None:
        self._let.release(batches)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._began.acquire, timeout=PATIENCE)


@pytest.fixture
async def worker() -> AsyncIterator[InferenceWorker]:
    worker = InferenceWorker(name="test", max_waiting=4)
    yield worker
    worker.close()


async def ask(worker: InferenceWorker, gate: Gate, *items: str, priority: Priority = "final") -> list[str]:
    return await ask_model(worker, gate.model, *items, priority=priority)


async def ask_model(
    worker: InferenceWorker, model: Model[str, str], *items: str, priority: Priority = "final"
) -> list[str]:
    return [answered.value for answered in await worker.map(model, items, priority=priority)]


class Callers(asyncio.TaskGroup):
    """Callers that have reached the waiting room when `call` returns."""

    async def call(self, work: Coroutine[object, object, list[str]]) -> asyncio.Task[list[str]]:
        task = self.create_task(work)
        await asyncio.sleep(0)
        return task


async def test_a_call_runs_on_the_models_own_thread(worker: InferenceWorker) -> None:
    names = {await worker.run(lambda: threading.current_thread().name) for _ in range(3)}
    assert names == {"test-inference_0"}


async def test_what_a_call_raises_reaches_its_caller(worker: InferenceWorker) -> None:
    with pytest.raises(ZeroDivisionError):
        await worker.run(divmod, 1, 0)


async def test_answers_keep_the_order_of_their_items_and_say_how_long_they_took(
    worker: InferenceWorker,
) -> None:
    def doubled(items: list[int]) -> list[int]:
        return [2 * item for item in items]

    model = Model("doubling", doubled, max_batch_size=1)
    answers = await worker.map(model, [1, 2, 3], priority="final")
    assert [each.value for each in answers] == [2, 4, 6]
    assert all(0 < each.seconds < PATIENCE for each in answers)


async def test_a_full_waiting_room_refuses_at_once(worker: InferenceWorker) -> None:
    gate = Gate()
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        for item in "abcd":
            await callers.call(ask(worker, gate, item))
        with pytest.raises(EngineBusy, match="4 requests are already waiting") as refused:
            await ask(worker, gate, "e")
        gate.let(5)
    assert (refused.value.status, refused.value.code, refused.value.retryable) == (503, "engine-busy", True)
    assert ["e"] not in gate.batches


async def test_partials_have_a_quarter_of_the_places(worker: InferenceWorker) -> None:
    gate = Gate()
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        await callers.call(ask(worker, gate, "a", priority="partial"))
        with pytest.raises(EngineBusy):
            await ask(worker, gate, "b", priority="partial")
        gate.let(2)


async def test_a_partial_is_refused_while_a_final_waits(worker: InferenceWorker) -> None:
    gate = Gate()
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        await callers.call(ask(worker, gate, "final"))
        with pytest.raises(EngineBusy):
            await ask(worker, gate, "partial", priority="partial")
        gate.let(2)


async def test_a_final_overtakes_a_waiting_partial(worker: InferenceWorker) -> None:
    gate = Gate(max_batch_size=2)
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        await callers.call(ask(worker, gate, "partial", priority="partial"))
        await callers.call(ask(worker, gate, "final"))
        gate.let(3)
    assert gate.batches == [["running"], ["final"], ["partial"]]


async def test_a_long_recording_lets_others_in_between(worker: InferenceWorker) -> None:
    gate = Gate()
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "long 1", "long 2", "long 3"))
        await gate.begun()
        short = await callers.call(ask(worker, gate, "short"))
        gate.let(4)
    assert short.result() == ["SHORT"]
    assert gate.batches == [["long 1"], ["short"], ["long 2"], ["long 3"]]


async def test_a_long_recording_lets_a_waiting_partial_in_between(worker: InferenceWorker) -> None:
    gate = Gate()
    async with Callers() as callers:
        long = worker.each(gate.model, ["long 1", "long 2"], priority="final")

        async def heard() -> list[str]:
            return [answered.value async for answered in long]

        await callers.call(heard())
        await gate.begun()
        await callers.call(ask(worker, gate, "partial", priority="partial"))
        gate.let(3)
    assert gate.batches == [["long 1"], ["partial"], ["long 2"]]


async def test_an_answer_comes_before_the_next_item_is_begun(worker: InferenceWorker) -> None:
    gate = Gate(max_batch_size=4)
    answers = worker.each(gate.model, ["a", "b"], priority="final")
    gate.let(1)
    assert (await anext(answers)).value == "A"
    assert gate.batches == [["a"]]
    await answers.aclose()
    gate.let(1)
    assert await ask(worker, gate, "c") == ["C"]
    assert gate.batches == [["a"], ["c"]]


async def test_a_long_recording_fills_batches_but_takes_one_place(worker: InferenceWorker) -> None:
    gate = Gate(max_batch_size=4)
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        await callers.call(ask(worker, gate, *"abcdef"))
        for item in "xyz":
            await callers.call(ask(worker, gate, item))
        with pytest.raises(EngineBusy, match="4 requests are already waiting"):
            await ask(worker, gate, "no place")
        gate.let(4)
    assert gate.batches == [["running"], [*"abcd"], ["x", "y", "z"], ["e", "f"]]


async def test_like_goes_with_like(worker: InferenceWorker) -> None:
    gate = Gate(max_batch_size=4)
    model = Model("gate", gate.model.call, 4, length=len)
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        waiting = [
            await callers.call(ask_model(worker, model, item))
            for item in ("long long", "ab", "longer", "abcd")
        ]
        gate.let(3)
    assert gate.batches == [["running"], ["long long", "longer"], ["ab", "abcd"]]
    assert [task.result() for task in waiting] == [["LONG LONG"], ["AB"], ["LONGER"], ["ABCD"]]


async def test_an_item_is_charged_its_share_of_a_batch(worker: InferenceWorker) -> None:
    def slowly(items: list[str]) -> list[str]:
        time.sleep(0.02 * len(items))
        return items

    began = time.perf_counter()
    answers = await worker.map(Model("slow", slowly, max_batch_size=4), [*"abcd"], priority="final")
    assert 0.08 <= sum(each.seconds for each in answers) <= time.perf_counter() - began


async def test_one_item_at_fault_fails_its_caller_and_nobody_complains(worker: InferenceWorker) -> None:
    gate = Gate(max_batch_size=2)
    gate.let(3)
    with pytest.raises(ValueError, match="bad"):
        await ask(worker, gate, "bad", "bad")
    assert gate.batches[0] == ["bad", "bad"]


async def test_a_caller_who_hangs_up_gives_the_place_to_another(worker: InferenceWorker) -> None:
    gate = Gate()
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        waiting = [await callers.call(ask(worker, gate, item)) for item in "abcd"]
        waiting[1].cancel()
        await asyncio.wait([waiting[1]])
        await callers.call(ask(worker, gate, "e"))
        gate.let(5)
    assert gate.batches == [["running"], ["a"], ["c"], ["d"], ["e"]]


async def test_a_caller_who_hangs_up_while_the_model_works_holds_up_nobody(worker: InferenceWorker) -> None:
    gate = Gate()
    async with Callers() as callers:
        running = await callers.call(ask(worker, gate, "running", "never reached"))
        await gate.begun()
        after = await callers.call(ask(worker, gate, "after"))
        running.cancel()
        gate.let(2)
    assert after.result() == ["AFTER"]
    assert gate.batches == [["running"], ["after"]]


async def test_what_waits_together_is_one_batch_up_to_its_size(worker: InferenceWorker) -> None:
    gate = Gate(max_batch_size=3)
    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        waiting = [await callers.call(ask(worker, gate, item)) for item in "abcd"]
        gate.let(3)
    assert gate.batches == [["running"], ["a", "b", "c"], ["d"]]
    assert [task.result() for task in waiting] == [["A"], ["B"], ["C"], ["D"]]


async def test_items_for_different_models_share_no_batch(worker: InferenceWorker) -> None:
    one, two = Gate(max_batch_size=4), Gate(max_batch_size=4)
    async with Callers() as callers:
        await callers.call(ask(worker, one, "running"))
        await one.begun()
        for gate, item in ((one, "a"), (two, "x"), (one, "b")):
            await callers.call(ask(worker, gate, item))
        one.let(2)
        two.let(1)
    assert (one.batches, two.batches) == ([["running"], ["a", "b"]], [["x"]])


async def test_one_item_at_fault_fails_alone(worker: InferenceWorker) -> None:
    gate = Gate(max_batch_size=4)
    outcomes: list[object] = []

    async def collect(item: str) -> list[str]:
        try:
            outcomes.extend(await ask(worker, gate, item))
        except ValueError as fault:
            outcomes.append(str(fault))
        return []

    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        for item in ("a", "bad", "b"):
            await callers.call(collect(item))
        gate.let(5)
    assert outcomes == ["A", "bad", "B"]
    assert gate.batches == [["running"], ["a", "bad", "b"], ["a"], ["bad"], ["b"]]


async def test_an_idle_model_waits_for_nobody() -> None:
    worker = InferenceWorker(name="test", max_waiting=4, batch_timeout_ms=PATIENCE * 1000)
    gate = Gate(max_batch_size=8)
    gate.let(2)
    async with asyncio.timeout(PATIENCE / 2):
        assert await ask(worker, gate, "a") == ["A"]
        assert await ask(worker, gate, "b") == ["B"]
    worker.close()


async def test_what_comes_together_is_one_batch_for_an_idle_model(worker: InferenceWorker) -> None:
    gate = Gate(max_batch_size=8)
    gate.let(1)
    await asyncio.gather(*(ask(worker, gate, item) for item in "abc"))
    assert gate.batches == [["a", "b", "c"]]


async def test_after_a_batch_the_next_waits_for_company_until_it_is_full() -> None:
    worker = InferenceWorker(name="test", max_waiting=4, batch_timeout_ms=PATIENCE * 1000)
    gate = Gate(max_batch_size=2)
    async with Callers() as callers:
        running = await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        await callers.call(ask(worker, gate, "a"))
        gate.let(2)
        await running
        assert gate.batches == [["running"]]
        await callers.call(ask(worker, gate, "b"))
    worker.close()
    assert gate.batches == [["running"], ["a", "b"]]


async def test_after_a_batch_the_next_that_finds_no_company_goes_alone() -> None:
    worker = InferenceWorker(name="test", max_waiting=4, batch_timeout_ms=200)
    gate = Gate(max_batch_size=2)
    async with Callers() as callers:
        running = await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        began = time.monotonic()
        alone = await callers.call(ask(worker, gate, "a"))
        gate.let(2)
        await running
        assert await alone == ["A"]
        assert 0.2 <= time.monotonic() - began < PATIENCE
    worker.close()


async def test_closing_refuses_what_waits_and_finishes_what_runs() -> None:
    worker, gate = InferenceWorker(name="test", max_waiting=4), Gate()
    running = asyncio.create_task(ask(worker, gate, "running"))
    await gate.begun()
    waiting = asyncio.create_task(ask(worker, gate, "waiting"))
    await asyncio.sleep(0)
    gate.let(1)
    worker.close()
    assert await running == ["RUNNING"]
    for refused in (waiting, ask(worker, gate, "late")):
        with pytest.raises(Unavailable):
            await refused
    assert gate.batches == [["running"]]


async def test_waiting_and_working_are_measured(worker: InferenceWorker) -> None:
    gate = Gate()
    labels = {"service": "test", "engine": "gate"}
    before = REGISTRY.get_sample_value("intrascribe_inference_seconds_count", labels) or 0

    def depth() -> float | None:
        return REGISTRY.get_sample_value("intrascribe_queue_depth", {"queue": "test-final"})

    async with Callers() as callers:
        await callers.call(ask(worker, gate, "running"))
        await gate.begun()
        await callers.call(ask(worker, gate, "a"))
        assert depth() == 1
        gate.let(2)
    assert depth() == 0
    assert REGISTRY.get_sample_value("intrascribe_inference_seconds_count", labels) == before + 2

"""Models are asked in their order, with their keys in turn."""

import asyncio

import pytest
from pydantic import BaseModel, SecretStr

from api_service.llm.bill import UNKNOWN, Bill, Cost, OverBudget
from api_service.llm.port import AnswerUnusable, Message, ModelNotConfigured, ModelRefused, ModelUnavailable
from api_service.llm.provider import Answer, Blocked, Fault, Form, KeyRefused, Limited, Passing, Unfit
from shared.errors import ServiceError
from tests.api_service.llm.scripted_models import GOOD, QUESTION, Clock, Script, Wanted, answered, models, way

BAD = Answer("Friday, I think.", is_whole=True, cost=Cost(10, 4, 0.5))


async def test_the_first_model_answers_where_it_can() -> None:
    script = Script(first=[GOOD], second=[])
    assert await answered(script, way("first"), way("second")) == "Friday by first, of-first"


async def test_what_passes_is_tried_again() -> None:
    script = Script(first=[Passing(), Passing(), GOOD])
    assert await answered(script, way("first")) == "Friday by first, of-first"


async def test_the_next_model_answers_where_the_first_goes_on_failing() -> None:
    script = Script(first=[Passing()] * 3, second=[GOOD])
    assert await answered(script, way("first"), way("second")) == "Friday by second, of-second"


async def test_a_model_that_failed_is_left_alone_for_a_while() -> None:
    clock = Clock()
    script = Script(first=[*[Passing()] * 3, GOOD], second=[GOOD, GOOD])
    ways = [way("first", clock=clock), way("second", clock=clock)]
    said = [await answered(script, *ways) for _ in range(2)]
    clock.now = 60
    said.append(await answered(script, *ways))
    assert [each.split(" by ")[1].split(",")[0] for each in said] == ["second", "second", "first"]
    assert [model for model, _ in script.asked] == ["first"] * 3 + ["second"] * 2 + ["first"]


async def test_keys_take_turns() -> None:
    script = Script(first=[GOOD] * 3)
    several = way("first", "a", "b")
    for _ in range(3):
        await answered(script, several)
    assert script.asked == [("first", "a"), ("first", "b"), ("first", "a")]


@pytest.mark.parametrize("fault", [KeyRefused(), Limited(3600)])
async def test_a_key_that_is_refused_or_used_up_leaves_the_work_to_another(fault: Fault) -> None:
    script = Script(first=[fault, GOOD, GOOD])
    several = way("first", "a", "b")
    await answered(script, several)
    await answered(script, several)
    assert [key for _, key in script.asked] == ["a", "b", "b"]


async def test_a_limit_is_waited_for_where_it_is_short() -> None:
    script = Script(first=[Limited(0.0), GOOD])
    assert await answered(script, way("first")) == "Friday by first, of-first"


async def test_a_long_limit_is_not_waited_for() -> None:
    script = Script(first=[Limited(600)], second=[GOOD])
    assert await answered(script, way("first"), way("second")) == "Friday by second, of-second"


async def test_a_model_that_takes_no_schema_is_held_to_less_and_that_is_kept() -> None:
    script = Script(first=[Unfit(), GOOD, GOOD])
    weak = way("first", form="schema")
    await answered(script, weak)
    await answered(script, weak)
    assert script.forms == ["schema", "object", "object"]


async def test_a_question_that_fits_in_no_form_does_not_weaken_the_next() -> None:
    script = Script(first=[Unfit(), Unfit(), Unfit(), GOOD])
    strict = way("first", form="schema")
    with pytest.raises(ModelNotConfigured):
        await answered(script, strict)
    await answered(script, strict)
    assert script.forms == ["schema", "object", "text", "schema"]


async def test_an_answer_of_the_wrong_form_is_repaired_once() -> None:
    script = Script(first=[BAD, GOOD])
    assert await answered(script, way("first")) == "Friday by first, of-first"
    assert [each.role for each in script.messages[1]] == ["user", "assistant", "user"]


async def test_a_model_that_cannot_repair_leaves_it_to_the_next() -> None:
    script = Script(first=[BAD, BAD], second=[GOOD])
    assert await answered(script, way("first"), way("second")) == "Friday by second, of-second"


@pytest.mark.parametrize(
    ("first", "second", "failure"),
    [
        (KeyRefused(), KeyRefused(), ModelNotConfigured),
        (KeyRefused(), Limited(600), ModelUnavailable),
        (Blocked(), Blocked(), ModelRefused),
        (Blocked(), KeyRefused(), ModelRefused),
    ],
)
async def test_a_failure_says_what_can_be_done(
    first: Fault, second: Fault, failure: type[ServiceError]
) -> None:
    with pytest.raises(failure):
        await answered(Script(first=[first], second=[second]), way("first"), way("second"))


async def test_answers_of_no_use_are_a_failure_of_their_own() -> None:
    with pytest.raises(AnswerUnusable):
        await answered(Script(first=[BAD, BAD]), way("first"))


async def test_the_bill_has_what_was_of_no_use_too() -> None:
    bill = Bill()
    await answered(Script(first=[BAD, BAD], second=[GOOD]), way("first"), way("second"), bill=bill)
    assert bill.cost == Cost(30, 12, 1.5)


async def test_what_one_provider_does_not_tell_nobody_guesses() -> None:
    bill = Bill()
    untold = Answer(GOOD.text, is_whole=True, cost=Cost(prompt_tokens=10))
    script = Script(first=[GOOD, untold])
    free = way("first")
    await answered(script, free, bill=bill)
    await answered(script, free, bill=bill)
    assert bill.cost == Cost(20, None, None)


@pytest.mark.parametrize(
    ("fault", "cost"),
    [
        (Passing(), Cost(10, 4, 0.5)),
        (Passing(UNKNOWN), Cost()),
        (Blocked(Cost(30, 0, 1.0)), Cost(40, 4, 1.5)),
    ],
)
async def test_the_bill_has_what_was_asked_in_vain(fault: Fault, cost: Cost) -> None:
    bill = Bill()
    await answered(Script(first=[fault, GOOD], second=[GOOD]), way("first"), way("second"), bill=bill)
    assert bill.cost == cost


async def test_a_question_that_nobody_waits_for_may_have_cost_something() -> None:
    bill = Bill()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await models(Slow(), way("first")).complete(QUESTION, schema=Wanted, bill=bill)
    assert bill.cost == Cost()


async def test_what_earlier_attempts_have_paid_counts() -> None:
    bill = Bill(most_cents=1.0, before=Cost(10, 4, None), known_cents_before=0.6)
    script = Script(first=[GOOD] * 2)
    one = way("first")
    await answered(script, one, bill=bill)
    with pytest.raises(OverBudget):
        await answered(script, one, bill=bill)
    assert (bill.cost, bill.known_cents) == (Cost(20, 8, None), 1.1)


async def test_a_budget_that_is_used_up_ends_the_questions() -> None:
    bill = Bill(most_cents=1.0)
    script = Script(first=[GOOD] * 2)
    one = way("first")
    await answered(script, one, bill=bill)
    await answered(script, one, bill=bill)
    with pytest.raises(OverBudget):
        await answered(script, one, bill=bill)
    assert len(script.asked) == 2


async def test_only_so_many_questions_are_open_at_once() -> None:
    slow = Slow()
    asked = models(slow, way("first"))
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(asked.complete(QUESTION, schema=Wanted, bill=Bill()))
        async with asyncio.timeout(5):
            await slow.two_wait.wait()
        slow.let.set()
    assert slow.most == 2


async def test_a_question_that_nobody_waits_for_frees_its_place() -> None:
    slow = Slow()
    asked = models(slow, way("first"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asked.complete(QUESTION, schema=Wanted, bill=Bill())
    slow.let.set()
    assert (await asked.complete(QUESTION, schema=Wanted, bill=Bill())).value.text == "Friday"


class Slow:
    """Waits until it is let, and counts who waits."""

    def __init__(self) -> None:
        self.let, self.two_wait = asyncio.Event(), asyncio.Event()
        self.waiting = self.most = 0

    async def ask(
        self,
        model: str,
        messages: list[Message],
        *,
        schema: type[BaseModel],
        form: Form,
        key: SecretStr | None,
    ) -> Answer:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        if self.waiting == 2:
            self.two_wait.set()
        try:
            await self.let.wait()
        finally:
            self.waiting -= 1
        return GOOD

"""What fails is left alone for a while."""

import pytest

from api_service.llm.breaker import Breaker
from tests.api_service.llm.scripted_models import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock=clock, failures=2, rest_seconds=30)


def open_up(breaker: Breaker) -> None:
    for _ in range(2):
        assert breaker.allows()
        breaker.failed()


def test_one_failure_is_forgiven_and_several_in_a_row_are_not(breaker: Breaker) -> None:
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    assert breaker.seconds_left == 30


def test_after_its_rest_one_question_is_allowed(breaker: Breaker, clock: Clock) -> None:
    open_up(breaker)
    clock.now = 30
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_a_trial_that_succeeds_ends_the_rest(breaker: Breaker, clock: Clock) -> None:
    open_up(breaker)
    clock.now = 30
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_a_trial_that_fails_begins_another_rest(breaker: Breaker, clock: Clock) -> None:
    open_up(breaker)
    clock.now = 30
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    assert breaker.seconds_left == 30


def test_a_trial_that_nobody_waits_for_leaves_the_next_to_another(breaker: Breaker, clock: Clock) -> None:
    open_up(breaker)
    clock.now = 30
    assert breaker.allows()
    breaker.abandoned()
    assert breaker.allows()


def test_a_rest_that_is_asked_for_is_kept_and_no_other_shortens_it(breaker: Breaker, clock: Clock) -> None:
    breaker.rest(60)
    breaker.rest(5)
    clock.now = 59
    assert not breaker.allows()
    clock.now = 60
    assert breaker.allows()


def test_after_a_limit_everything_is_allowed_again(breaker: Breaker, clock: Clock) -> None:
    breaker.limited(5)
    assert not breaker.allows()
    clock.now = 5
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_an_answer_that_was_on_its_way_does_not_shorten_a_limit(breaker: Breaker) -> None:
    breaker.limited(5)
    breaker.succeeded()
    assert not breaker.allows()

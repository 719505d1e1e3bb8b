"""Waiting for parts."""

import pytest

from embedded.failures import Failure
from embedded.supervision.asking import NotReady, Part
from embedded.supervision.readiness import wait


def answering_after(count: int) -> Part:
    left = iter(range(count))

    def ask() -> None:
        if next(left, None) is not None:
            raise NotReady("still starting")

    return Part(f"after {count}", ask)


def never() -> None:
    raise NotReady("connection refused")


def test_parts_are_reported_as_they_become_ready() -> None:
    ready: list[str] = []
    wait([answering_after(2), answering_after(0), answering_after(1)], on_ready=ready.append)
    assert ready == ["after 0", "after 1", "after 2"]


def test_a_part_that_never_answers_is_named_with_its_last_answer() -> None:
    with pytest.raises(Failure, match=r"slow is not ready after 0 s: connection refused"):
        wait([Part("slow", never, ready_seconds=0)])


def test_nobody_waits_for_the_dead() -> None:
    def check_alive(name: str) -> None:
        raise Failure(f"{name} ended")

    with pytest.raises(Failure, match="dead ended"):
        wait([Part("dead", never, ready_seconds=3600)], check_alive=check_alive)

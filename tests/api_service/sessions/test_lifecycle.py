"""What a session can be made from what it is."""

from typing import get_args

import pytest

from api_service.sessions.lifecycle import LIVE, OVER, InvalidStatus, StatusNotAllowed, next_status
from api_service.sessions.repository import Status

ALL: tuple[Status, ...] = get_args(Status)


def reachable(now: Status) -> set[str]:
    allowed: set[str] = set()
    for asked in ALL:
        try:
            allowed.add(next_status(now, asked))
        except StatusNotAllowed:
            continue
    return allowed - {now}


@pytest.mark.parametrize("status", ALL)
def test_what_a_session_is_it_may_stay(status: Status) -> None:
    assert next_status(status, status) == status


@pytest.mark.parametrize("asked", ["", "finished", "COMPLETED", "completed ", "draft"])
def test_what_is_no_status_is_told_in_the_words_that_clients_know(asked: str) -> None:
    with pytest.raises(InvalidStatus, match=r"^Invalid status$"):
        next_status("created", asked)


def test_only_what_is_paused_is_made_to_record() -> None:
    assert {now for now in ALL if "recording" in reachable(now)} == {"paused"}
    assert {now for now in ALL if "paused" in reachable(now)} == {"recording"}


@pytest.mark.parametrize("status", LIVE)
def test_what_is_live_can_end_in_every_way(status: Status) -> None:
    assert reachable(status) >= OVER


def test_nobody_claims_that_work_is_being_done_or_has_failed() -> None:
    for now in ALL:
        assert not reachable(now) & {"created", "processing", "failed"}


def test_what_was_archived_comes_back() -> None:
    assert reachable("archived") == {"completed"}


def test_a_refusal_says_what_is_possible() -> None:
    with pytest.raises(
        StatusNotAllowed, match="It is paused, and can be made archived, cancelled, completed"
    ):
        next_status("paused", "processing")

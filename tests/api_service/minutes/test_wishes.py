"""What somebody prefers and what somebody says."""

from api_service.minutes.making import Wishes
from api_service.minutes.wishes import wishes


def test_what_is_said_comes_after_what_is_preferred() -> None:
    asked = wishes("de", "brief", "Only the decisions.")
    assert asked.language == "de"
    assert asked.instructions.splitlines()[-1] == "Only the decisions."
    assert len(asked.instructions.splitlines()) == 2


def test_who_wants_nothing_special_says_nothing() -> None:
    assert wishes(None, "standard", None) == wishes(None, None, None) == Wishes()

"""When something is built again."""

import os
from pathlib import Path

import pytest

from embedded.failures import Failure
from embedded.setup.building import excerpt, is_current, mark_current, run


def test_a_build_is_current_until_a_source_changes_appears_or_goes(tmp_path: Path) -> None:
    stamp, one, two = tmp_path / "state" / "stamp", tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    assert not is_current(stamp, [one])
    mark_current(stamp, [one])
    assert is_current(stamp, [one])
    two.write_text("2")
    assert not is_current(stamp, [one, two])
    one.write_text("changed")
    assert not is_current(stamp, [one])


def test_a_build_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"the page could not be built(.|\n)*no such thing"):
        run(
            ["sh", "-c", "echo no such thing >&2; exit 3"],
            cwd=tmp_path,
            environment=os.environ,
            what="the page",
        )


def test_of_a_long_report_the_beginning_and_the_end_are_shown() -> None:
    shown = excerpt("\n".join(f"line {number}" for number in range(1000))).splitlines()
    assert shown[0] == "line 0"
    assert shown[-1] == "line 999"
    assert len(shown) < 50

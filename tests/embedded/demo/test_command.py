"""The platform around the meeting: started before it, and never forgotten."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from embedded.demo import command
from embedded.failures import Failure


class Recorded:
    """A platform that notes what it is asked; nobody answers at its address."""

    def __init__(self, *, starts: bool = True) -> None:
        self.asked: list[str] = []
        self._starts = starts

    def start(self) -> str:
        self.asked.append("start")
        if not self._starts:
            raise Failure("a port is taken")
        return "http://127.0.0.1:9"

    def stop(self) -> None:
        self.asked.append("stop")

    def processes(self) -> Mapping[str, int]:
        return {}


def test_a_meeting_that_cannot_begin_takes_the_platform_down_again(tmp_path: Path) -> None:
    platform = Recorded()
    with pytest.raises(Failure, match="the API did not answer"):
        command.run(platform, state=tmp_path)
    assert platform.asked == ["start", "stop"]
    assert not (tmp_path / "demo" / "report.json").exists()


def test_a_platform_that_does_not_start_is_cleaned_up(tmp_path: Path) -> None:
    platform = Recorded(starts=False)
    with pytest.raises(Failure, match="a port is taken"):
        command.run(platform, state=tmp_path)
    assert platform.asked == ["start", "stop"]

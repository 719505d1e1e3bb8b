"""The conversation and its places in time."""

from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from embedded.demo.script import arrange, read_script

SCRIPT = """
title = "Lunch"
language = "en-US"

[speakers.ada]
name = "Ada"
email = "ada@example.com"
voice = { engine = "hibari" }

[[lines]]
speaker = "ada"
text = "Are you hungry?"
pause = 0.5

[[lines]]
speaker = "ada"
text = "I am."
pause = -0.25
"""


def test_a_negative_pause_begins_before_the_line_before_has_ended(tmp_path: Path) -> None:
    script = read_script(_written(tmp_path, SCRIPT))
    first, second = arrange(script, dict.fromkeys(script.lines, 2.0), begin=10.0)
    assert (first.start, first.end) == (10.5, 12.5)
    assert (second.start, second.end) == (12.25, 14.25)


def test_a_line_of_somebody_who_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="bob"):
        read_script(_written(tmp_path, SCRIPT.replace('speaker = "ada"', 'speaker = "bob"')))


def test_the_demo_is_a_conversation_of_three_voices_with_an_overlap() -> None:
    script = read_script()
    assert len({speaker.voice for speaker in script.speakers.values()}) == 3
    assert {line.speaker for line in script.lines} == script.speakers.keys()
    assert [line for line in script.lines if line.pause < 0]
    assert all(one.speaker != other.speaker for one, other in pairwise(script.lines))


def _written(directory: Path, text: str) -> Path:
    path = directory / "script.toml"
    path.write_text(text)
    return path

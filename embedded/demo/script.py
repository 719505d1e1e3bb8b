"""The conversation of the demo, as it is written in script.toml, and when each line of it is spoken."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, model_validator

SCRIPT_FILE = Path(__file__).with_name("script.toml")


class Voice(BaseModel, frozen=True):
    """How a speaker sounds: a synthesiser and how it is turned."""

    engine: Literal["hibari", "pico"]
    pitch: float = Field(default=1.0, ge=0.5, le=2.0)
    speed: float = Field(default=1.0, ge=0.5, le=2.0)


class Speaker(BaseModel, frozen=True):
    """One person of the conversation, who has an account of their own."""

    name: str
    email: str
    voice: Voice


class Line(BaseModel, frozen=True):
    """What one speaker says at once."""

    speaker: str
    text: str
    pause: float = 0.4
    """Seconds from the end of the line before; negative when this one begins while that one goes on."""


class Script(BaseModel, frozen=True):
    """The whole conversation. The first speaker in the file is the host."""

    title: str
    language: str
    speakers: dict[str, Speaker] = Field(min_length=1)
    lines: list[Line] = Field(min_length=1)

    @model_validator(mode="after")
    def _lines_have_speakers(self) -> "Script":
        if unknown := {line.speaker for line in self.lines} - self.speakers.keys():
            raise ValueError(f"lines of unknown speakers: {', '.join(sorted(unknown))}")
        return self

    def words_of(self, speaker: str) -> str:
        """Everything this speaker says, in order."""
        return " ".join(line.text for line in self.lines if line.speaker == speaker)


@dataclass(frozen=True, slots=True)
class Turn:
    """A line and when it is spoken, in seconds on one clock. It ends with its last audible sample."""

    line: Line
    start: float
    end: float


def read_script(path: Path = SCRIPT_FILE) -> Script:
    """Read and validate a script."""
    return Script.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def arrange(script: Script, seconds: Mapping[Line, float], *, begin: float = 0.0) -> list[Turn]:
    """Give every line, with the seconds that it takes, its place in time."""
    turns: list[Turn] = []
    end = begin
    for line in script.lines:
        start = max(begin, end + line.pause)
        end = start + seconds[line]
        turns.append(Turn(line, start, end))
    return turns

"""Recorded meetings in words, with what people wrote about them: to tune on, and others to report."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from api_service.minutes.transcript import Said

Split = Literal["tune", "report"]

_TUNED_ON = ("ES2004a",)
"""Whatever is changed to make better minutes is tried on these; the others are reported."""

_MARK = re.compile(r"\{\w+\}")
_BEFORE_PUNCTUATION = re.compile(r"\s+(?=[.,?!;:])")
_SPELLED = re.compile(r"\b(?:[A-Z]_)+")


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting, and what somebody who heard it holds to be worth keeping."""

    name: str
    split: Split
    transcript: list[Said]
    abstracts: list[str]
    """Of the whole; each by somebody else."""

    answers: list[str]
    """To questions about parts of it."""

    @property
    def words(self) -> int:
        return sum(len(each.text.split()) for each in self.transcript)


class _Turn(BaseModel):
    speaker: str
    content: str


class _Query(BaseModel):
    query: str
    answer: str


class _QmSum(BaseModel):
    general_query_list: list[_Query]
    specific_query_list: list[_Query]
    meeting_transcripts: list[_Turn]


def meetings(folder: Path) -> Iterator[Meeting]:
    """Those of QMSum in a folder of data, with AMI's abstracts where there are some."""
    for file in sorted((folder / "summ" / "qmsum_ami").glob("*.json")):
        told = _QmSum.model_validate(json.loads(file.read_text("utf-8")))
        abstract = folder / "summ" / "ami_abstractive" / f"{file.stem}.txt"
        yield Meeting(
            file.stem,
            "tune" if file.stem in _TUNED_ON else "report",
            [
                Said(f"turn-{number}", turn.speaker, words, 0.0, 0.0)
                for number, turn in enumerate(told.meeting_transcripts)
                if (words := as_written(turn.content))
            ],
            [query.answer for query in told.general_query_list]
            + ([abstract.read_text("utf-8").strip()] if abstract.is_file() else []),
            [query.answer for query in told.specific_query_list],
        )


def as_written(content: str) -> str:
    """Words as a recogniser would write them: without marks for noises, `L_C_D_` in one piece."""
    text = _SPELLED.sub(lambda found: found[0].replace("_", ""), _MARK.sub(" ", content))
    text = " ".join(_BEFORE_PUNCTUATION.sub("", text).split())
    return text if any(character.isalnum() for character in text) else ""

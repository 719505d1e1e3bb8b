"""Turns as they are answered: labels in order of appearance, and RTTM."""

import re
from collections.abc import Sequence

from shared.contracts.diarization import SpeakerTurn
from shared.speakers import Turn

_NO_FILE_NAME = re.compile(r"[^\w.-]")


def in_order(turns: Sequence[Turn]) -> list[SpeakerTurn]:
    """By their beginnings; whoever speaks first is `SPEAKER_00`."""
    labels: dict[str, str] = {}
    ordered = sorted(turns, key=lambda turn: (turn.start, turn.end))
    for turn in ordered:
        labels.setdefault(turn.speaker, f"SPEAKER_{len(labels):02d}")
    return [
        SpeakerTurn(
            start_time=turn.start,
            end_time=turn.end,
            speaker_label=labels[turn.speaker],
            duration=round(turn.end - turn.start, 3),
        )
        for turn in ordered
    ]


def rttm(turns: Sequence[SpeakerTurn], *, name: str) -> str:
    """A line for each turn, in the form of NIST's evaluations, where names have no spaces."""
    name = _NO_FILE_NAME.sub("_", name) or "audio"
    return "".join(
        f"SPEAKER {name} 1 {turn.start_time:.3f} {turn.duration:.3f}"
        f" <NA> <NA> {turn.speaker_label} <NA> <NA>\n"
        for turn in turns
    )

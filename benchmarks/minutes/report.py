"""What was measured of minutes, meeting by meeting and model by model, and whether it is good. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from api_service.minutes.extracting import MODEL
from benchmarks.minutes.meetings import Split
from benchmarks.minutes.rouge import Rouge
from benchmarks.minutes.scoring import Invention

_MOST_SECONDS_PER_HOUR = 5.0
"""Of the minutes that quote, which people wait for; how long a model takes is its operator's choice."""

_LEAST_KEPT_PERCENT = 80.0
"""Of what a model says, that much has to be something that was said; else it is the wrong model."""

_COLUMNS = (
    *("R-1", "R-2", "R-L", "words", "facts %", "items", "dropped", "left out", "kept %", "evidence %"),
    *("invented", "s per hour", "verdict"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting by one maker."""

    meeting: str
    split: Split
    model: str
    origin: str
    rouge: Rouge
    words: int
    """Of the highlights."""

    facts: int
    facts_percent: float
    items: int
    dropped: int
    """Items that the maker left out itself, because they had no evidence."""

    left_out: int
    """Items that had evidence and were too many."""

    evidence_percent: float
    inventions: list[Invention]
    seconds_per_hour: float

    @property
    def kept_percent(self) -> float:
        """Of what the maker came up with, what is in the minutes."""
        return 100 * self.items / (self.items + self.dropped) if self.items else 0.0

    @property
    def faults(self) -> list[str]:
        """Why this is not good enough."""
        quotes = self.origin == "extracted"
        slow = quotes and self.seconds_per_hour > _MOST_SECONDS_PER_HOUR
        found = {
            "empty": not self.items,
            "unfounded": self.evidence_percent < 100,
            "invented": quotes and bool(self.inventions),
            "mostly dropped": 0 < self.kept_percent < _LEAST_KEPT_PERCENT,
            "slow": slow,
            "not by this model": quotes and self.model != MODEL,
        }
        return [fault for fault, is_so in found.items() if is_so]


@dataclass(frozen=True, slots=True)
class Failed:
    """One meeting of which there are no minutes."""

    meeting: str
    split: Split
    model: str
    failure: str

    @property
    def faults(self) -> list[str]:
        return [f"failed: {self.failure}"]


def is_good(rows: Sequence[Row | Failed]) -> bool:
    """Whether there is something, and nothing is wrong with it."""
    return bool(rows) and not any(row.faults for row in rows)


def table(rows: Sequence[Row | Failed]) -> str:
    """For people."""
    lines = [_line("meeting", "split", "model", _COLUMNS)]
    lines += [_line(row.meeting, row.split, row.model, _cells(row)) for row in rows]
    for row in rows:
        for each in row.inventions if isinstance(row, Row) else []:
            what = ", ".join(each.unknown) or "not said like this"
            lines.append(f"{row.meeting}, {row.model}: {what}: {each.text}")
    return "\n".join(lines)


def _cells(row: Row | Failed) -> list[str]:
    verdict = "; ".join(row.faults) or "good"
    if isinstance(row, Failed):
        return ["–"] * (len(_COLUMNS) - 1) + [verdict]
    rouge = row.rouge
    return [
        *(f"{share:.1f}" for share in (rouge.one, rouge.two, rouge.longest)),
        *(str(row.words), f"{row.facts_percent:.1f}"),
        *(str(row.items), str(row.dropped), str(row.left_out)),
        *(f"{row.kept_percent:.1f}", f"{row.evidence_percent:.1f}"),
        *(str(len(row.inventions)), f"{row.seconds_per_hour:.2f}", verdict),
    ]


def _line(meeting: str, split: str, model: str, cells: Sequence[str]) -> str:
    widths = [max(5, len(column)) for column in _COLUMNS]
    *numbers, verdict = cells
    told = " ".join(f"{cell:>{width}}" for cell, width in zip(numbers, widths, strict=False))
    return f"{meeting:<10} {split:<7} {model:<28} {told} {verdict}"

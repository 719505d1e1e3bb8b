"""How good minutes are, beside those that people wrote, model by model: `make eval-minutes`.

ROUGE compares the highlights with the nearest reference; what facts and inventions are, scoring.py says.
An hour of a meeting is taken for 9,000 words, because the transcripts have no times.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from api_service.minutes.extracting import MODEL
from api_service.minutes.making import MinutesMaker, Ready, Wishes
from benchmarks.minutes.makers import UnknownModel, opened
from benchmarks.minutes.meetings import Meeting, Split, meetings
from benchmarks.minutes.rouge import Rouge, rouge
from benchmarks.minutes.scoring import Invention, evidence_percent, facts, facts_percent, inventions, items
from benchmarks.service import ROOT

_WORDS_AN_HOUR = 9000
_HEADING = (
    f"{'meeting':<10} {'split':<7} {'model':<28} {'R-1':>6} {'R-2':>6} {'R-L':>6} {'words':>6}"
    f" {'facts %':>8} {'items':>6} {'evidence %':>10} {'invented':>9} {'s per hour':>10}"
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
    evidence_percent: float
    dropped: int
    """Items that the maker left out itself, because they had no evidence."""

    inventions: list[Invention]
    seconds_per_hour: float

    @property
    def good(self) -> bool:
        return self.evidence_percent == 100 and (self.origin == "written" or not self.inventions)


def main() -> None:
    """Print the report; its exit status says whether everything has evidence and quotations quote."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    parser.add_argument("--model", action="append", metavar="NAME", help=f"may be repeated; {MODEL} if none")
    parser.add_argument("--meeting", action="append", metavar="NAME", help="may be repeated; all if none")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    found = [each for each in meetings(chosen.data) if not chosen.meeting or each.name in chosen.meeting]
    if not found:
        parser.error(f"{chosen.data} has no such meetings")
    try:
        rows = asyncio.run(evaluate(chosen.model or [MODEL], found))
    except UnknownModel as fault:
        sys.exit(str(fault))
    print(json.dumps([asdict(row) for row in rows]) if chosen.json else table(rows))
    sys.exit(not all(row.good for row in rows))


async def evaluate(models: Sequence[str], chosen: Sequence[Meeting]) -> list[Row]:
    """Every meeting by every model, one after the other. Raises UnknownModel, and what makers raise."""
    rows: list[Row] = []
    for model in models:
        async with AsyncExitStack() as stack:
            maker = await opened(model, stack)
            rows += [await _row(maker, meeting) for meeting in chosen]
    return rows


async def _row(maker: MinutesMaker, meeting: Meeting) -> Row:
    began = time.perf_counter()
    made = await maker.make(meeting.transcript, Wishes(), _unheard)
    seconds = time.perf_counter() - began
    minutes = made.minutes
    summary = " ".join(line.text for line in minutes.highlights)
    wanted = facts([*meeting.abstracts, *meeting.answers], meeting.transcript)
    return Row(
        meeting=meeting.name,
        split=meeting.split,
        model=made.model,
        origin=minutes.origin,
        rouge=rouge(summary, meeting.abstracts),
        words=len(summary.split()),
        facts=len(wanted),
        facts_percent=facts_percent(minutes, wanted),
        items=len(items(minutes)),
        evidence_percent=evidence_percent(minutes, meeting.transcript),
        dropped=made.dropped,
        inventions=list(inventions(minutes, meeting.transcript)),
        seconds_per_hour=seconds * _WORDS_AN_HOUR / meeting.words,
    )


async def _unheard(_: Ready) -> None:
    """Nobody follows how minutes come about here."""


def table(rows: Sequence[Row]) -> str:
    """For people."""
    lines = [_HEADING]
    lines += [
        f"{row.meeting:<10} {row.split:<7} {row.model:<28} {row.rouge.one:>6.1f} {row.rouge.two:>6.1f}"
        f" {row.rouge.longest:>6.1f} {row.words:>6} {row.facts_percent:>8.1f} {row.items:>6}"
        f" {row.evidence_percent:>10.1f} {len(row.inventions):>9} {row.seconds_per_hour:>10.2f}"
        for row in rows
    ]
    for row in rows:
        for each in row.inventions:
            what = ", ".join(each.unknown) or "not said like this"
            lines.append(f"{row.meeting}, {row.model}: {what}: {each.text}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

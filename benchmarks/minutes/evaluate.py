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
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from api_service.minutes.extracting import MODEL
from api_service.minutes.making import MinutesMaker, Ready, Wishes
from api_service.minutes.naming import named, present_in
from benchmarks.minutes.makers import opened
from benchmarks.minutes.meetings import Meeting, meetings
from benchmarks.minutes.report import Failed, Row, is_good, table
from benchmarks.minutes.rouge import rouge
from benchmarks.minutes.scoring import evidence_percent, facts, facts_percent, inventions, items
from benchmarks.service import ROOT
from shared.errors import CannotStart, ServiceError

_WORDS_AN_HOUR = 9000


def main() -> None:
    """Print the report; its exit status says whether all of it is good."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help=f"as API_LLM_MODELS; may be repeated; {MODEL} is always beside them",
    )
    parser.add_argument("--meeting", action="append", metavar="NAME", help="may be repeated; all if none")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    found = [each for each in meetings(chosen.data) if not chosen.meeting or each.name in chosen.meeting]
    if not found:
        parser.error(f"{chosen.data} has no such meetings")
    models = dict.fromkeys([MODEL, *(chosen.model or [])])
    rows = asyncio.run(evaluate([*models], found))
    print(json.dumps([asdict(row) | {"faults": row.faults} for row in rows]) if chosen.json else table(rows))
    sys.exit(not is_good(rows))


async def evaluate(models: Sequence[str], chosen: Sequence[Meeting]) -> list[Row | Failed]:
    """Every meeting by every model, one after the other; what fails is said of it and ends nothing else."""
    rows: list[Row | Failed] = []
    for model in models:
        async with AsyncExitStack() as stack:
            try:
                maker = await opened(model, stack)
            except (CannotStart, ValidationError) as fault:
                rows += [Failed(meeting.name, meeting.split, model, str(fault)) for meeting in chosen]
                continue
            rows += [await measured(maker, model, meeting) for meeting in chosen]
    return rows


async def measured(maker: MinutesMaker, model: str, meeting: Meeting) -> Row | Failed:
    """One meeting by a maker that is known by the name of its model."""
    began = time.perf_counter()
    try:
        made = await maker.make(meeting.transcript, Wishes(), _unheard)
    except ServiceError as fault:
        return Failed(meeting.name, meeting.split, model, f"{fault.code}: {fault}")
    seconds = time.perf_counter() - began
    minutes = named(made.minutes, present_in(meeting.transcript), made_at=datetime.now(UTC))
    summary = " ".join(line.text for line in minutes.highlights)
    wanted = facts([*meeting.abstracts, *meeting.answers], meeting.transcript)
    left_out = minutes.left_out
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
        dropped=made.dropped,
        left_out=left_out.decisions + left_out.action_items + left_out.open_questions,
        evidence_percent=evidence_percent(minutes, meeting.transcript),
        inventions=list(inventions(minutes, meeting.transcript)),
        seconds_per_hour=seconds * _WORDS_AN_HOUR / meeting.words,
    )


async def _unheard(_: Ready) -> None:
    """Nobody follows how minutes come about here."""


if __name__ == "__main__":
    main()

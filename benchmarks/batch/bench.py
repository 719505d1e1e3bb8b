"""How many hours of recordings a worker transcribes in an hour, beside the bare engines: `make bench-batch`.

A job and the engines alone take turns on the same recording, so that both meet the same machine; the engines
run at once where a job needs both. Medians are of the rounds, and the ratio is the median of its pairs.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import httpx

from benchmarks.api.bench import sign_in
from benchmarks.batch.parts import Engine, Parts, platform, written
from benchmarks.batch.recording import recording
from benchmarks.batch.stages import Failed, Stages, Whole, decoded, job, stages
from benchmarks.service import ROOT, NotStarted

_GOAL_PERCENT = 95.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A job and the engines alone, one after the other, in seconds."""

    whole: Whole
    alone: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured with one recording of so many seconds."""

    audio_seconds: float
    speakers: bool
    stages: list[Stages]
    pairs: list[Pair]

    @property
    def ratio_percent(self) -> float:
        """The speed of a job in that of the engines."""
        return 100 * median(pair.alone / pair.whole.elapsed for pair in self.pairs)


def main() -> None:
    """Print the report; its exit status says whether the goal is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    parser.add_argument("--speakers", action="store_true", help="also find out who speaks")
    parser.add_argument("--minutes", type=float, default=5.0, help="that the recording lasts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    if not (chosen.data / "manifest.jsonl").is_file():
        parser.error(f"{chosen.data} has no manifest.jsonl")
    try:
        with tempfile.TemporaryDirectory() as directory:
            report = _measure(chosen, Path(directory))
    except (NotStarted, Failed) as fault:
        sys.exit(str(fault))
    if chosen.json:
        print(json.dumps(asdict(report) | {"ratio_percent": report.ratio_percent}))
    else:
        print(table(report))
    sys.exit(report.ratio_percent < _GOAL_PERCENT)


def _measure(chosen: argparse.Namespace, directory: Path) -> Report:
    file = recording(chosen.data, directory, seconds=60 * chosen.minutes)
    audio, _ = asyncio.run(decoded(file.read_bytes()))
    with ExitStack() as stack:
        parts = stack.enter_context(platform(directory, speakers=chosen.speakers))
        engines = [stack.enter_context(closing(Engine("stt", "stt")))]
        if chosen.speakers:
            engines.append(stack.enter_context(closing(Engine("diarization", "diarization"))))
        api = stack.enter_context(_client(parts))
        samples = written(audio, directory)
        _alone(engines, samples)
        job(api, file, speakers=chosen.speakers)
        each, pairs = [], []
        for number in range(chosen.rounds):
            # Whoever is first in one round is second in the next.
            if number % 2:
                whole, alone = job(api, file, speakers=chosen.speakers), _alone(engines, samples)
            else:
                alone, whole = _alone(engines, samples), job(api, file, speakers=chosen.speakers)
            pairs.append(Pair(whole, alone))
            each.append(_stages(parts, file))
        return Report(audio.seconds, chosen.speakers, each, pairs)


def _client(parts: Parts) -> httpx.Client:
    token, _ = sign_in(parts.api_url, "bench@example.com")
    headers = {"authorization": f"Bearer {token}"}
    return httpx.Client(base_url=parts.api_url, headers=headers, trust_env=False, timeout=60)


def _alone(engines: Sequence[Engine], samples: Path) -> float:
    for engine in engines:
        engine.begin(samples)
    return max([engine.seconds() for engine in engines])


def _stages(parts: Parts, file: Path) -> Stages:
    audio, decoding = asyncio.run(decoded(file.read_bytes()))
    found = stages(audio, decoding=decoding, stt_url=parts.stt_url, diarization_url=parts.diarization_url)
    return asyncio.run(found)


def table(report: Report) -> str:
    """For people."""
    each = report.stages
    rows = {
        "waiting": [pair.whole.waiting for pair in report.pairs],
        "decoding": [stage.decoding for stage in each],
        "words": [stage.speech for stage in each],
        "speakers": [stage.speakers for stage in each if stage.speakers is not None],
        "who said what": [stage.joining for stage in each],
        "storing": [pair.whole.storing for pair in report.pairs],
        "the whole job": [pair.whole.elapsed for pair in report.pairs],
        "the engines alone": [pair.alone for pair in report.pairs],
    }
    lines = [f"{'':<18} {'seconds':>9} {'hours in an hour':>17}"]
    lines += [
        f"{name:<18} {median(seconds):>9.3f} {report.audio_seconds / max(1e-6, median(seconds)):>17.1f}"
        for name, seconds in rows.items()
        if seconds
    ]
    met = "MET" if report.ratio_percent >= _GOAL_PERCENT else "MISSED"
    lines.append(
        f"a recording of {report.audio_seconds / 60:.1f} minutes, {len(report.pairs)} rounds; a job has"
        f" {report.ratio_percent:.1f} % of the engines' speed, the goal of {_GOAL_PERCENT:g} % is {met}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

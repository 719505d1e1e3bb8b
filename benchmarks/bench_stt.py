"""How fast the speech service is beside its engine alone and other servers: `make bench-stt`."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.overhead import FirstText, Overhead, first_text, overhead
from benchmarks.recordings import recorded
from benchmarks.rounds import Row, side_by_side
from benchmarks.service import ROOT, NotStarted, running
from benchmarks.targets import EngineAlone, OpenAiServer, Refused, Target, our_json, our_pcm
from shared.audio import Pcm, join
from stt_service.engine import EngineUnavailable, load_engine
from stt_service.settings import SttSettings

_CONCURRENCIES = (1, 2, 4, 8)
_MAX_AROUND_MS = 2.0, 5.0
"""At p50 and p99."""

_MAX_MEGABYTES = 120
_LONG_SECONDS = 60.0
_HEADING = (
    f"{'target':<24} {'at once':>7} {'asked':>6} {'x real time':>11} {'ratio':>6}"
    f" {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'around p50':>10} {'p99':>8}"
)


@dataclass(frozen=True, slots=True)
class Memory:
    """Peaks in megabytes."""

    engine_alone: float
    service: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured."""

    engine: str
    rows: list[Row]
    overhead: Overhead
    first_text: FirstText
    memory: Memory
    load: float
    """Of the machine in the last minute, our own of about one included; far beyond it times mean little."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    parser.add_argument("--engine", default="auto", metavar="NAME", help="as STT_ENGINE")
    parser.add_argument("--url", action="append", default=[], help="of another OpenAI-compatible server")
    parser.add_argument("--model", default="whisper-1", help="what to ask the other servers for")
    parser.add_argument("--audio-seconds", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=2.5, help="for a target, concurrency and round")
    parser.add_argument("--pairs", type=int, default=200, help="of calls that the overhead is measured in")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    if not (chosen.data / "manifest.jsonl").is_file():
        parser.error(f"{chosen.data} has no manifest.jsonl")
    speech = join([each.audio for each in recorded(chosen.data, limit=2) if each.language == "en"])
    try:
        report = _measure(chosen, speech)
    except (EngineUnavailable, NotStarted, Refused) as fault:
        sys.exit(str(fault))
    print(json.dumps(asdict(report)) if chosen.json else "\n".join(_lines(report)))


def _measure(chosen: argparse.Namespace, speech: Pcm) -> Report:
    audio = speech.slice(0, chosen.audio_seconds)
    long = join([speech] * (int(_LONG_SECONDS / speech.seconds) + 1)).slice(0, _LONG_SECONDS)
    alone_megabytes = _engine_alone_megabytes(chosen.engine, audio)
    engine = load_engine(SttSettings.model_validate({"engine": chosen.engine})).engine
    with running(chosen.engine) as service, ThreadPoolExecutor(max_workers=1) as thread:
        alone, pcm = EngineAlone(engine, thread, audio), our_pcm(service.url, audio)
        added = overhead(alone, pcm, pairs=chosen.pairs)
        targets: list[Target] = [alone, pcm, our_json(service.url, audio, language="en")]
        targets += [OpenAiServer(url, audio, model=chosen.model) for url in chosen.url]
        rows = side_by_side(targets, _CONCURRENCIES, seconds=chosen.seconds, audio_seconds=audio.seconds)
        memory = Memory(alone_megabytes, service.peak_megabytes)
        first = first_text(service.url, long)
        return Report(engine.name, rows, added, first, memory, load=os.getloadavg()[0])


def _engine_alone_megabytes(name: str, audio: Pcm) -> float:
    command = [sys.executable, "-m", "benchmarks.engine_alone", name]
    printed = subprocess.run(command, cwd=ROOT, input=audio.data, stdout=subprocess.PIPE, check=True).stdout
    return float(printed)


def _lines(report: Report) -> Iterator[str]:
    yield f"engine {report.engine}; a load of {report.load:.1f} on {os.cpu_count()} cores at the end"
    yield _HEADING
    yield from map(_row, report.rows)
    added, first, memory = report.overhead, report.first_text, report.memory
    yield (
        f"over {added.pairs} pairs of calls HTTP added {added.around_p50_ms:.2f} ms at p50 and"
        f" {added.around_p99_ms:.2f} ms at p99 around the engine's own time; pair by pair the two calls"
        f" differed by {added.difference_p50_ms:+.2f} ms at p50"
    )
    yield (
        f"a stream of {first.audio_seconds:.0f} s of audio began after {first.first_ms:.0f} ms"
        f" and ended after {first.all_ms:.0f} ms"
    )
    yield (
        f"peak memory: engine alone {memory.engine_alone:.0f} MB, service with its decoder"
        f" {memory.service:.0f} MB ({memory.service - memory.engine_alone:+.0f})"
    )
    for goal, met in _goals(report).items():
        yield f"{'met' if met else 'MISSED'}: {goal}"


def _row(row: Row) -> str:
    around = (row.around_p50_ms, row.around_p99_ms)
    written = ["" if each is None else f"{each:.1f}" for each in around]
    return (
        f"{row.target:<24} {row.concurrency:>7} {row.requests:>6} {row.speed:>11.1f}"
        f" {row.speed_ratio:>6.2f} {row.p50_ms:>8.1f} {row.p95_ms:>8.1f} {row.p99_ms:>8.1f}"
        f" {written[0]:>10} {written[1]:>8}"
    )


def _goals(report: Report) -> dict[str, bool]:
    added, memory = report.overhead, report.memory
    speeds = {row.concurrency: row.speed for row in report.rows if row.target == "ours, PCM"}
    p50, p99 = _MAX_AROUND_MS
    return {
        f"HTTP adds at most {p50:g} ms at p50": added.around_p50_ms <= p50,
        f"HTTP adds at most {p99:g} ms at p99": added.around_p99_ms <= p99,
        f"8 at once are as fast as 1 ({speeds[8]:.1f} and {speeds[1]:.1f} x real time)": speeds[8]
        >= speeds[1],
        f"at most {_MAX_MEGABYTES} MB more than the engine alone": memory.service - memory.engine_alone
        <= _MAX_MEGABYTES,
    }


if __name__ == "__main__":
    main()

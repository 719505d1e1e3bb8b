"""How fast the speech service is beside its engine alone and other servers: `make bench-stt`."""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import httpx
import numpy as np

from benchmarks.recordings import recorded
from benchmarks.service import ROOT, NotStarted, running
from benchmarks.targets import EngineAlone, OpenAiServer, OurJson, OurPcm, Target
from shared.audio import Pcm, join
from stt_service.engine import EngineUnavailable, load_engine
from stt_service.settings import SttSettings

_CONCURRENCIES = (1, 2, 4, 8)
_ROUNDS = 3
_HEADING = (
    f"{'target':<24} {'at once':>7} {'asked':>6} {'x real time':>11} {'ratio':>6}"
    f" {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'around p50':>10} {'p99':>8}"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One target at one concurrency. Medians of all rounds."""

    target: str
    concurrency: int
    requests: int
    speed: float
    """Seconds of audio recognised in a second."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    around_p50_ms: float | None
    """What the answer took beyond the model's own work; with others at work, waiting for them too."""

    around_p99_ms: float | None
    speed_ratio: float = 1.0
    """To the first target at this concurrency."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Peaks in megabytes."""

    engine_alone: float
    service: float


@dataclass(slots=True)
class _Round:
    elapsed: list[float]
    around: list[float]
    seconds: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    parser.add_argument("--engine", default="auto", metavar="NAME", help="as STT_ENGINE")
    parser.add_argument("--url", action="append", default=[], help="of another OpenAI-compatible server")
    parser.add_argument("--model", default="whisper-1", help="what to ask the other servers for")
    parser.add_argument("--audio-seconds", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=2.5, help="for a target, concurrency and round")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    chosen = parser.parse_args()
    if not (chosen.data / "manifest.jsonl").is_file():
        parser.error(f"{chosen.data} has no manifest.jsonl")
    speech = join([each.audio for each in recorded(chosen.data, limit=2)])
    audio = speech.slice(0, chosen.audio_seconds)
    try:
        rows, memory = asyncio.run(
            _measure(chosen.engine, audio, others=chosen.url, model=chosen.model, seconds=chosen.seconds)
        )
    except (EngineUnavailable, NotStarted) as fault:
        sys.exit(str(fault))
    if chosen.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "memory": asdict(memory)}))
    else:
        print(_table(rows, memory))


async def _measure(
    name: str, audio: Pcm, *, others: list[str], model: str, seconds: float
) -> tuple[list[Row], Memory]:
    alone = await asyncio.to_thread(_engine_alone_megabytes, name, audio)
    engine = load_engine(SttSettings.model_validate({"engine": name})).engine
    async with AsyncExitStack() as stack:
        service = stack.enter_context(running(name))
        thread = stack.enter_context(ThreadPoolExecutor(max_workers=1))
        ours = await stack.enter_async_context(_http(service.url))
        targets: list[Target] = [
            EngineAlone(engine, thread, audio),
            OurPcm(ours, audio),
            OurJson(ours, audio),
        ]
        for url in others:
            http = await stack.enter_async_context(_http(url))
            targets.append(OpenAiServer(http, audio, url=url, model=model))
        rows = [
            row
            for concurrency in _CONCURRENCIES
            for row in await _side_by_side(targets, concurrency, seconds=seconds, audio=audio)
        ]
        return rows, Memory(alone, service.peak_megabytes)


def _engine_alone_megabytes(name: str, audio: Pcm) -> float:
    command = [sys.executable, "-m", "benchmarks.engine_alone", name]
    printed = subprocess.run(command, cwd=ROOT, input=audio.data, stdout=subprocess.PIPE, check=True).stdout
    return float(printed)


def _http(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)


async def _side_by_side(
    targets: Sequence[Target], concurrency: int, *, seconds: float, audio: Pcm
) -> list[Row]:
    """The targets take turns, so that whatever else the machine does meets all of them."""
    rounds: dict[str, list[_Round]] = {target.name: [] for target in targets}
    for _ in range(_ROUNDS):
        for target in targets:
            rounds[target.name].append(await _round(target, concurrency, seconds))
    rows = [_row(name, concurrency, done, audio) for name, done in rounds.items()]
    return [replace(row, speed_ratio=row.speed / rows[0].speed) for row in rows]


async def _round(target: Target, concurrency: int, seconds: float) -> _Round:
    await target.ask()
    done = _Round([], [], 0.0)
    began = time.perf_counter()

    async def caller() -> None:
        while (asked := time.perf_counter()) < began + seconds:
            inference_seconds = await target.ask()
            elapsed = time.perf_counter() - asked
            done.elapsed.append(elapsed)
            if inference_seconds is not None:
                done.around.append(elapsed - inference_seconds)

    async with asyncio.TaskGroup() as callers:
        for _ in range(concurrency):
            callers.create_task(caller())
    done.seconds = time.perf_counter() - began
    return done


def _row(name: str, concurrency: int, rounds: list[_Round], audio: Pcm) -> Row:
    def percentile(percent: int, *, around: bool = False) -> float:
        samples = [each.around if around else each.elapsed for each in rounds]
        return 1000 * median(float(np.percentile(each, percent)) for each in samples)

    has_around = all(each.around for each in rounds)
    return Row(
        target=name,
        concurrency=concurrency,
        requests=sum(len(each.elapsed) for each in rounds),
        speed=median(len(each.elapsed) * audio.seconds / each.seconds for each in rounds),
        p50_ms=percentile(50),
        p95_ms=percentile(95),
        p99_ms=percentile(99),
        around_p50_ms=percentile(50, around=True) if has_around else None,
        around_p99_ms=percentile(99, around=True) if has_around else None,
    )


def _table(rows: list[Row], memory: Memory) -> str:
    lines = [_HEADING]
    for row in rows:
        around = (row.around_p50_ms, row.around_p99_ms)
        written = ["" if each is None else f"{each:.1f}" for each in around]
        lines.append(
            f"{row.target:<24} {row.concurrency:>7} {row.requests:>6} {row.speed:>11.1f}"
            f" {row.speed_ratio:>6.2f} {row.p50_ms:>8.1f} {row.p95_ms:>8.1f} {row.p99_ms:>8.1f}"
            f" {written[0]:>10} {written[1]:>8}"
        )
    lines.append(
        f"peak memory: engine alone {memory.engine_alone:.0f} MB, service with its decoder"
        f" {memory.service:.0f} MB ({memory.service - memory.engine_alone:+.0f})"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

"""Targets asked by several callers at once; they take turns, as what else a machine does changes."""

import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from statistics import median

import numpy as np

from benchmarks.targets import Target

_ROUNDS = 3


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


@dataclass(slots=True)
class _Round:
    elapsed: list[float]
    around: list[float]
    seconds: float


def side_by_side(
    targets: Sequence[Target], concurrencies: Sequence[int], *, seconds: float, audio_seconds: float
) -> list[Row]:
    """Ask each target by each number of callers for so many seconds, and all of it several times."""
    rounds: dict[tuple[int, str], list[_Round]] = defaultdict(list)
    for _ in range(_ROUNDS):
        for concurrency, target in product(concurrencies, targets):
            rounds[concurrency, target.name].append(_round(target, concurrency, seconds))
    rows = [_row(name, concurrency, done, audio_seconds) for (concurrency, name), done in rounds.items()]
    first = {row.concurrency: row.speed for row in rows if row.target == targets[0].name}
    return [replace(row, speed_ratio=row.speed / first[row.concurrency]) for row in rows]


def _round(target: Target, concurrency: int, seconds: float) -> _Round:
    with target.caller() as warm_up:
        warm_up()
    done = _Round([], [], 0.0)
    began = time.perf_counter()

    def call(_: int) -> None:
        with target.caller() as ask:
            while (asked := time.perf_counter()) < began + seconds:
                inference_seconds = ask()
                elapsed = time.perf_counter() - asked
                done.elapsed.append(elapsed)
                if inference_seconds is not None:
                    done.around.append(elapsed - inference_seconds)

    with ThreadPoolExecutor(max_workers=concurrency) as callers:
        list(callers.map(call, range(concurrency)))
    done.seconds = time.perf_counter() - began
    return done


def _row(name: str, concurrency: int, rounds: list[_Round], audio_seconds: float) -> Row:
    def percentile(percent: int, *, around: bool = False) -> float:
        samples = [each.around if around else each.elapsed for each in rounds]
        return 1000 * median(float(np.percentile(each, percent)) for each in samples)

    has_around = all(each.around for each in rounds)
    return Row(
        target=name,
        concurrency=concurrency,
        requests=sum(len(each.elapsed) for each in rounds),
        speed=median(len(each.elapsed) * audio_seconds / each.seconds for each in rounds),
        p50_ms=percentile(50),
        p95_ms=percentile(95),
        p99_ms=percentile(99),
        around_p50_ms=percentile(50, around=True) if has_around else None,
        around_p99_ms=percentile(99, around=True) if has_around else None,
    )

"""The ratio of a job to the engines is that of pairs measured one after the other."""

import pytest

from benchmarks.batch.bench import Pair, Report, table
from benchmarks.batch.stages import Stages, Whole


def report(*seconds: tuple[float, float]) -> Report:
    stages = [Stages(decoding=0.5, speech=9.0, speakers=None, joining=0.0)] * len(seconds)
    pairs = [Pair(Whole(elapsed=job, waiting=0.01, storing=0.01), alone) for job, alone in seconds]
    return Report(audio_seconds=300, speakers=False, stages=stages, pairs=pairs)


def test_a_machine_that_slows_down_changes_no_ratio() -> None:
    assert report((10, 10), (20, 20), (90, 90)).ratio_percent == pytest.approx(100)


def test_one_odd_round_decides_nothing() -> None:
    assert report((10, 9.8), (10, 9.8), (30, 9.8)).ratio_percent == pytest.approx(98)


def test_the_goal_is_met_or_missed() -> None:
    assert "is MET" in table(report((10, 9.6)))
    missed = table(report((10, 9.4)))
    assert "is MISSED" in missed
    assert "30.0" in next(line for line in missed.splitlines() if line.startswith("the whole job"))


def test_nobody_looked_for_speakers_and_the_table_has_no_such_line() -> None:
    assert not [line for line in table(report((1, 1))).splitlines() if line.startswith("speakers")]

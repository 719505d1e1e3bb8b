"""Benchmarks run where the engine that they measure is installed."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("target", ["bench-stt", "eval-stt"])
@pytest.mark.parametrize(
    ("asked", "environment"),
    [
        ("ENGINE=funasr", "stt-funasr-tests"),
        ("ARGUMENTS=--engine funasr --json", "stt-funasr-tests"),
        ("ARGUMENTS=--engine=funasr", "stt-funasr-tests"),
        ("ENGINE=moonshine", "stt-tests"),
        ("ARGUMENTS=--json", "stt-tests"),
    ],
)
def test_an_engine_is_measured_in_its_own_environment(target: str, asked: str, environment: str) -> None:
    ran = subprocess.run(["make", "-n", target, asked], cwd=ROOT, capture_output=True, text=True, check=True)
    install, measure = ran.stdout.strip().splitlines()
    assert install.endswith(f"embedded.environments {environment}")
    assert f"/{environment}/bin/python -m benchmarks." in measure
    assert ("--engine" in measure) == (asked != "ARGUMENTS=--json")

"""Benchmarks run where the engine that they measure is installed."""

import os
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
    command = ["make", "-n", "--no-print-directory", target, asked]
    # Tests are run by make themselves, whose variables would reach this one.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    ran = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=True)
    install, measure = ran.stdout.strip().splitlines()
    assert install.endswith(f"embedded.environments {environment}")
    assert f"/{environment}/bin/python -m benchmarks." in measure
    assert ("--engine" in measure) == (asked != "ARGUMENTS=--json")

"""Runs every suite in the environment that it is for, and adds up what they say."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from embedded.environments import ENVIRONMENTS, ROOT
from embedded.setup import toolchains
from embedded.setup.web_build import WEB

_FOLDERS = {
    "stt": [
        "tests/shared",
        *(f"{kind}/stt_service" for kind in ("tests", "tests/integration", "tests/models")),
    ],
    "stt-funasr": ["tests/models/stt_funasr"],
    "diarization": [f"{kind}/diarization_service" for kind in ("tests", "tests/integration", "tests/models")],
    "api": [
        "tests/shared",
        *(f"{kind}/api_service" for kind in ("tests", "tests/integration", "tests/models")),
    ],
    "agent": [
        "tests/shared",
        *(f"{kind}/agent_service" for kind in ("tests", "tests/integration", "tests/models")),
    ],
    "embedded": ["tests/embedded", "tests/integration/platform", "tests/e2e", "tests/browser"],
}
SUITES = (*_FOLDERS, "web")
_LONGEST = "api"
_SHORTER = ("stt", "stt-funasr", "diarization", "agent", "web")
_CLOSING_LINE = re.compile(r"(=+ )?(no tests ran|\d+ \w+.*) in [\d.]+s|\s*Tests\s+\d+ ")
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PYTEST_FOUND_NOTHING = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one suite said."""

    suite: str
    status: int
    lines: Sequence[str]

    @property
    def counts(self) -> Counter[str]:
        """Tests by how they ended, from the last closing line."""
        closing = next((line for line in reversed(self.lines) if _CLOSING_LINE.match(line)), "")
        return Counter({word: int(number) for number, word in _COUNT.findall(closing)})

    @property
    def passed(self) -> bool:
        nothing_found = self.status == _PYTEST_FOUND_NOTHING and not self.counts
        return self.status == 0 or nothing_found

    @property
    def skipped(self) -> list[str]:
        return [line for line in self.lines if line.startswith("SKIPPED")]


def run(suites: Iterable[str]) -> bool:
    """Run suites, print one closing line for all, and return whether all passed.

    The longest has the others beside it, because both wait more than they compute. Those of the whole
    platform, in which people wait for each other, come last and alone.
    """
    wanted = list(suites)
    lanes = [[each for each in wanted if each == _LONGEST], [each for each in wanted if each in _SHORTER]]
    with ThreadPoolExecutor() as threads:
        outcomes = list(chain.from_iterable(threads.map(_run_all, lanes)))
    outcomes += _run_all([each for each in wanted if each not in (_LONGEST, *_SHORTER)])
    print(summarise(outcomes), flush=True)
    return all(outcome.passed for outcome in outcomes)


def summarise(outcomes: Sequence[Outcome]) -> str:
    """What was skipped by name, which suites did not pass, and the sum of all."""
    lines = [f"  {outcome.suite}: {line}" for outcome in outcomes for line in outcome.skipped]
    if lines:
        lines = ["skipped:", *lines]
    if broken := [outcome.suite for outcome in outcomes if not outcome.passed]:
        lines.append(f"not passed: {', '.join(broken)}")
    total = sum((outcome.counts for outcome in outcomes), Counter())
    lines.append(
        f"{total['passed']} passed, {total['failed'] + total['error']} failed, {total['skipped']} skipped"
    )
    return "\n".join(["", *lines])


def _run_all(suites: Iterable[str]) -> list[Outcome]:
    return [_run(suite, *chosen) for suite in suites if (chosen := _command(suite))]


def _command(suite: str) -> tuple[Sequence[str], Path, Mapping[str, str] | None] | None:
    """What runs a suite, where, and in which environment; None where there is nothing to run."""
    if suite == "web":
        npm = toolchains.npm()
        environment = npm.environment | ({} if sys.stdout.isatty() else {"NO_COLOR": "1"})
        return (*npm.command, "run", "--silent", "test"), WEB, environment
    folders = [folder for folder in _FOLDERS[suite] if any((ROOT / folder).rglob("test_*.py"))]
    python = ENVIRONMENTS[f"{suite}-tests"].python
    colour = "--color=yes" if sys.stdout.isatty() else "--color=no"
    return ((str(python), "-m", "pytest", colour, *folders), ROOT, None) if folders else None


def _run(suite: str, command: Sequence[str], cwd: Path, environment: Mapping[str, str] | None) -> Outcome:
    print(f"\n{suite}: {' '.join(command[-4:])}", flush=True)
    lines = []
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                print(f"{suite} | {line}", end="", flush=True)
                lines.append(_COLOUR.sub("", line.rstrip("\n")))
        except BaseException:
            process.terminate()
            raise
    return Outcome(suite, process.returncode, lines)

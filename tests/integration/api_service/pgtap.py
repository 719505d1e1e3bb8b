"""Runs the tests of supabase/tests, as `supabase test db` would, on any Postgres.

pgTAP is nothing but SQL: Debian's package of it is enough, installed or only unpacked.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.integration.api_service.databases import ROOT

TESTS = sorted((ROOT / "supabase" / "tests").glob("*.sql"))
_PACKAGE = "postgresql-15-pgtap"
_INSTALLED = Path("/usr/share/postgresql/15/extension")
_UNPACKED = ROOT / ".intrascribe" / "pgtap"
_LINE = re.compile(r"(not )?ok \d+")
_PLAN = re.compile(r"1\.\.(\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file of tests printed."""

    planned: int
    passed: int
    complaints: list[str]


def install(url: str) -> None:
    """Put pgTAP's functions into a database where every role can call them. Skips where it cannot be had."""
    lines = _script().read_text().splitlines()
    script = "\n".join(line for line in lines if not line.startswith("\\"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create schema tap; grant usage on schema tap to public; set search_path = tap")
        connection.execute(script.encode())
        name = connection.info.dbname
        connection.execute(f'alter database "{name}" set search_path = "$user", public, tap'.encode())


def run(url: str, path: Path) -> Outcome:
    """Run one file and read what it says."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(path.read_bytes())
        lines: list[str] = []
        while True:
            if cursor.description and cursor.description[0].type_code == psycopg.adapters.types["text"].oid:
                lines += [line for (text,) in cursor.fetchall() for line in (text or "").splitlines()]
            if not cursor.nextset():
                break
    planned = next((int(plan[1]) for line in lines if (plan := _PLAN.fullmatch(line))), 0)
    results = [match[1] is None for line in lines if (match := _LINE.match(line))]
    complaints = [line for line in lines if line.startswith(("not ok", "#"))]
    return Outcome(planned, sum(results), complaints)


def _script() -> Path:
    for directory in (_INSTALLED, _UNPACKED / _INSTALLED.relative_to("/")):
        if found := _newest(directory):
            return found
    _unpack()
    found = _newest(_UNPACKED / _INSTALLED.relative_to("/"))
    if found is None:
        pytest.skip(f"pgTAP is not here: install Debian's {_PACKAGE}")
    return found


def _newest(directory: Path) -> Path | None:
    """The script that makes everything; the others lead from one version to the next."""
    return max(directory.glob("pgtap--[0-9]*[0-9].sql"), key=lambda path: path.stat().st_size, default=None)


def _unpack() -> None:
    """Fetch the package without installing it, which anybody may do where apt is."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    _UNPACKED.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-q", _PACKAGE], cwd=_UNPACKED, check=False, capture_output=True)
    for package in _UNPACKED.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, _UNPACKED], check=True)

"""Real Postgres, Valkey and LiveKit for the tests of every service.

They run in the embedded platform's own environment, so that a service's tests need nothing of it installed.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers are. `database_url` is the API's login, `database_admin_url` the superuser's."""

    database_url: str
    database_admin_url: str
    redis_url: str
    livekit_url: str
    livekit_api_key: str
    livekit_api_secret: str


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """One set of servers for the whole run, migrated; each test makes its own users, sessions and rooms."""
    with running_servers() as addresses:
        yield addresses


@contextmanager
def running_servers(*, webhook_url: str | None = None) -> Iterator[Servers]:
    """Servers of one's own, for tests that stop them or need LiveKit's webhooks."""
    command = [sys.executable, "-m", "embedded", "servers"]
    command += ["--webhook-url", webhook_url] if webhook_url else []
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line, "the servers did not start; what they printed says why"
            yield Servers(**orjson.loads(line))
        finally:
            process.stdin.close()
            process.wait(60)

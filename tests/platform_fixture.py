"""The whole platform on free ports with a state of its own, in a process that ends when its input does."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_STOP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RunningPlatform:
    """Where it is reached, and where it keeps its state and logs."""

    api_url: str
    state: Path


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> Iterator[RunningPlatform]:
    """One platform for the whole run; tests make their own accounts and sessions in it."""
    # The socket of the supervisor needs a short path, which pytest's own folders have not.
    state = Path(tempfile.mkdtemp(prefix="intrascribe-"))
    command = [sys.executable, "-m", "tests.platform_fixture", str(state)]
    # More people sign in here in a minute than ever do from one address.
    environment = os.environ | {"API_RATE_LIMIT_SIGN_IN": "1000/minute"}
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            api_url = process.stdout.readline().strip()
            assert api_url, "the platform did not start; what it printed says why"
            yield RunningPlatform(api_url, state)
        finally:
            process.stdin.close()
            process.wait(_STOP_SECONDS)
    if request.session.testsfailed:
        print(f"\nwhat the platform logged is in {state / 'logs'}", file=sys.stderr)
    else:
        shutil.rmtree(state)


def _serve(state: Path) -> None:
    # Only the embedded platform's own environment has what these import.
    from embedded import lifecycle  # noqa: PLC0415
    from embedded.layout import Layout  # noqa: PLC0415
    from embedded.ports import free_ports, free_udp_range  # noqa: PLC0415
    from embedded.settings import EmbeddedSettings  # noqa: PLC0415

    names = [name for name in EmbeddedSettings.model_fields if name.endswith("_port") and "udp" not in name]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    settings = EmbeddedSettings.model_validate(ports | {"livekit_udp_first_port": free_udp_range(201)[0]})
    layout = Layout(state)
    try:
        print(lifecycle.up(settings, layout).settings.api_url, flush=True)
        sys.stdin.read()
    finally:
        lifecycle.down(layout)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))

"""The whole platform, running on free ports with a state of its own."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class RunningPlatform:
    """Where it is reached, and where it keeps its state and logs."""

    api_url: str
    state: Path


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> Iterator[RunningPlatform]:
    """One platform for the whole run; tests make their own accounts and sessions in it."""
    # Only the embedded platform's own environment has what these import.
    from embedded import lifecycle  # noqa: PLC0415
    from embedded.layout import Layout  # noqa: PLC0415
    from embedded.ports import free_ports, free_udp_range  # noqa: PLC0415
    from embedded.settings import EmbeddedSettings  # noqa: PLC0415

    names = [name for name in EmbeddedSettings.model_fields if name.endswith("_port") and "udp" not in name]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    settings = EmbeddedSettings(**ports, livekit_udp_first_port=free_udp_range(201)[0])
    # The supervisor's socket needs a short path, which pytest's own folders have not.
    state = Path(tempfile.mkdtemp(prefix="intrascribe-"))
    try:
        yield RunningPlatform(lifecycle.up(settings, Layout(state)).settings.api_url, state)
    finally:
        lifecycle.down(Layout(state))
        if request.session.testsfailed:
            print(f"what the platform logged is in {state / 'logs'}", file=sys.stderr)
        else:
            shutil.rmtree(state, ignore_errors=True)

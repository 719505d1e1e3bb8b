"""`python -m embedded demo`: start the platform, hold the meeting, say how it went."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import httpx
from rich.console import Console
from rich.text import Text

from embedded.demo.meeting import Meeting, Stopwatch
from embedded.demo.memory import pss_megabytes
from embedded.demo.report import Report, judge
from embedded.demo.screen import CaptionScreen, show_figures, show_transcript
from embedded.demo.script import Script, read_script
from embedded.demo.voices import prepare

_REQUEST_SECONDS = 20.0


class Platform(Protocol):
    """What the demo needs of those who run the platform."""

    def start(self) -> str:
        """Bring everything up, wait until it is ready, and return the address of the API."""

    def stop(self) -> None:
        """Take everything down."""

    def processes(self) -> Mapping[str, int]:
        """The process id of each running part."""


def run(platform: Platform, *, state: Path, watch: Stopwatch | None = None) -> int:
    """Hold the demo and return the exit status.

    At a terminal a platform that served its meeting stays up. It is taken down in every other case.
    """
    watch = watch or Stopwatch()
    # Asked directly: what a terminal is to rich depends on variables that only mean to ask for colours.
    at_terminal = sys.stdout.isatty()
    console = Console(highlight=False, force_terminal=at_terminal, soft_wrap=not at_terminal)
    stays = False
    try:
        with watch.step("start"):
            address = platform.start()
        script = read_script()
        report = asyncio.run(_hold(script, platform, address, console=console, watch=watch))
        report.write(state / "demo" / "report.json")
        show_figures(console, report)
        stays = at_terminal
    finally:
        if not stays:
            platform.stop()
    if stays:
        _show_the_way(console, script, address)
    return 0 if report.passed else 1


async def _hold(
    script: Script, platform: Platform, address: str, *, console: Console, watch: Stopwatch
) -> Report:
    with watch.step("voices"):
        recordings = prepare(script)
    pss: dict[str, float] = {}
    async with httpx.AsyncClient(base_url=address, timeout=_REQUEST_SECONDS, trust_env=False) as http:
        meeting = Meeting(script, recordings, http=http, screen=CaptionScreen(console), watch=watch)
        held = await meeting.hold(before_leaving=lambda: pss.update(pss_megabytes(platform.processes())))
    show_transcript(console, held.transcript)
    return judge(held, steps=watch.steps, pss_megabytes=pss)


def _show_the_way(console: Console, script: Script, address: str) -> None:
    host = next(iter(script.speakers.values()))
    page = f"{address}/app/?email={host.email}"
    console.print()
    console.print(Text("The platform stays up", "bold"))
    console.print(Text.assemble("  the page   ", (page, "bold")))
    console.print(Text.assemble("  sign in    as ", (host.email, "bold"), ", whose meetings have this one"))
    console.print(Text.assemble("  to stop    ", ("make down", "bold")))

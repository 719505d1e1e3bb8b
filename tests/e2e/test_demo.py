"""The demo's conversation on the running platform, as far as its first interruption."""

import io

import httpx
import pytest
from rich.console import Console

from embedded.demo.meeting import Meeting, Stopwatch
from embedded.demo.report import judge
from embedded.demo.screen import CaptionScreen
from embedded.demo.script import read_script
from embedded.demo.voices import prepare
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

_MISHEARD = 0.15


async def test_a_meeting_that_goes_as_it_should_passes(platform: RunningPlatform) -> None:
    whole = read_script()
    interruption = next(index for index, line in enumerate(whole.lines) if line.pause < 0)
    script = whole.model_copy(update={"lines": whole.lines[: interruption + 1]})
    recordings = prepare(script, directory=platform.state / "demo" / "audio")
    written, watch = io.StringIO(), Stopwatch()
    async with httpx.AsyncClient(base_url=platform.api_url, timeout=20, trust_env=False) as http:
        screen = CaptionScreen(Console(file=written, width=200))
        meeting = Meeting(script, recordings, http=http, screen=screen, watch=watch)
        held = await meeting.hold(before_leaving=lambda: None)
    report = judge(held, steps=watch.steps, pss_megabytes={})
    assert [each for each in report.problems if not each.endswith("of the words are wrong")] == []
    # In so short a meeting one misheard phrase is more than the share that the whole demo may have.
    assert report.word_error_rate <= _MISHEARD
    assert {line.speaker for line in report.lines} == {"Anna", "Oliver", "Grace"}
    assert report.partials > 0
    assert report.delay_p50_seconds
    assert report.delay_p50_seconds > 0.3
    assert list(report.steps) == ["join", "agent", "meeting", "transcript"]
    for caption in held.seen:
        assert caption.text in written.getvalue()

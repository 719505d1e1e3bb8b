"""What is written for people, with and without a terminal."""

import io

import pytest
from rich.console import Console

from embedded.demo.people import SeenCaption
from embedded.demo.report import Report, SpokenLine
from embedded.demo.screen import CaptionScreen, show_figures


def caption(text: str, *, final: bool) -> SeenCaption:
    return SeenCaption("TR_1-0", "user_ada", text, final, 0.0)


def test_without_a_terminal_only_finals_are_written_one_to_a_line() -> None:
    written = io.StringIO()
    screen = CaptionScreen(Console(file=written, width=200))
    screen.introduce("user_ada", "Ada")
    with screen.showing():
        screen.update(settled=[], growing=[caption("Good", final=False)])
        screen.update(settled=[caption("Good morning.", final=True)], growing=[])
    assert written.getvalue().splitlines() == ["  Ada has joined", "  Ada     Good morning."]


def test_at_a_terminal_a_partial_is_dim_and_makes_way_for_its_final() -> None:
    written = io.StringIO()
    screen = CaptionScreen(Console(file=written, width=200, force_terminal=True))
    screen.introduce("user_ada", "Ada")
    with screen.showing():
        screen.update(settled=[], growing=[caption("Good", final=False)])
        assert "\x1b[2;3mGood\x1b[0m" in written.getvalue()
        screen.update(settled=[caption("Good morning.", final=True)], growing=[])
    _, _, after = written.getvalue().rpartition("\x1b[2;3mGood\x1b[0m")
    assert after.count("Good morning.") == 1


def test_a_text_that_looks_like_markup_is_written_as_it_is() -> None:
    written = io.StringIO()
    screen = CaptionScreen(Console(file=written, width=200))
    screen.update(settled=[caption("[bold] move", final=True)], growing=[])
    assert "[bold] move" in written.getvalue()


@pytest.mark.parametrize(("delay", "shown"), [(0.654, "0.65 s"), (None, "none")])
def test_figures_stand_beside_their_goals(delay: float | None, shown: str) -> None:
    report = Report(
        passed=False,
        problems=["no caption for Ada: Hello"],
        word_error_rate=0.0123,
        delay_p50_seconds=delay,
        delay_p95_seconds=delay,
        captions=1,
        partials=2,
        lines=[SpokenLine(speaker="Ada", text="Hello", heard="", delay_seconds=None)],
        steps={},
        pss_megabytes={},
    )
    written = io.StringIO()
    show_figures(Console(file=written, width=200), report)
    text = written.getvalue()
    assert "1.2%   goal: at most 6%" in text
    assert text.count(shown) == 2
    assert "wrong: no caption for Ada: Hello" in text

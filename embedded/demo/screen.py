"""What a person at a terminal sees of the meeting; where there is no terminal, the same as plain lines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from embedded.demo.client import TranscriptSegment
from embedded.demo.people import SeenCaption
from embedded.demo.report import DELAY_P50_GOAL, DELAY_P95_GOAL, WORD_ERROR_GOAL, Report

_COLOURS = ("cyan", "magenta", "green", "yellow")


class CaptionScreen:
    """Partials grow dimly until their final takes their place; finals move up into the terminal's history."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._names: dict[str, tuple[str, str]] = {}
        self._live: Live | None = None

    def introduce(self, identity: str, name: str) -> None:
        """Whose captions will come under this identity."""
        self._names[identity] = (name, _COLOURS[len(self._names) % len(_COLOURS)])
        self.announce(f"{name} has joined")

    def announce(self, event: str) -> None:
        """Say what happens in the meeting beside its words."""
        self._console.print(Text(f"  {event}", "dim"))

    @contextmanager
    def showing(self) -> Iterator[None]:
        """While this is open the last lines of a terminal belong to captions that still grow."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as self._live:
            yield
        self._live = None

    def update(self, *, settled: Sequence[SeenCaption], growing: Sequence[SeenCaption]) -> None:
        """Add captions that will not change, and replace those that may."""
        if self._live is not None:
            # Before the others are printed, so that none stands there twice, not even for a moment.
            self._live.update(Group(*map(self._line, growing)), refresh=True)
        for caption in settled:
            self._console.print(self._line(caption))

    def _line(self, caption: SeenCaption) -> Text:
        name, colour = self._names.get(caption.identity, (caption.identity, "white"))
        return Text.assemble(
            (f"  {name:<8}", colour),
            (caption.text, "" if caption.final else "dim italic"),
        )


def show_transcript(console: Console, transcript: Sequence[TranscriptSegment]) -> None:
    """The meeting as it is stored."""
    _head(console, "The transcript, as the API returns it")
    for segment in transcript:
        minutes, seconds = divmod(round(segment.start_time), 60)
        console.print(
            Text.assemble((f"  {minutes}:{seconds:02}  ", "dim"), f"{segment.speaker:<8}", segment.text)
        )


def show_figures(console: Console, report: Report) -> None:
    """Each figure with its goal, then what went wrong."""
    _head(console, "The figures")
    rate = f"{report.word_error_rate:.1%}"
    rows = (
        ("wrong words", rate, f"goal: at most {WORD_ERROR_GOAL:.0%}"),
        (
            "from the end of speech to its final caption, median",
            _seconds(report.delay_p50_seconds),
            f"goal: at most {DELAY_P50_GOAL} s",
        ),
        (
            "the same, 95th percentile",
            _seconds(report.delay_p95_seconds),
            f"goal: at most {DELAY_P95_GOAL} s",
        ),
        ("final captions", str(report.captions), f"after {report.partials} partials"),
    )
    for name, value, remark in rows:
        console.print(Text.assemble(f"  {name:<52}", (f"{value:>8}", "bold"), (f"   {remark}", "dim")))
    for problem in report.problems:
        console.print(Text(f"  wrong: {problem}", "red"))


def _head(console: Console, title: str) -> None:
    console.print()
    console.print(Text(title, "bold"))


def _seconds(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f} s"

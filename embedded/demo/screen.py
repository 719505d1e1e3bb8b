"""What a person at a terminal sees of the meeting; where there is no terminal, the same as plain lines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
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
        self._console.print(Text(event, "dim"))

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
        for caption in settled:
            self._console.print(self._line(caption))
        if self._live is not None:
            self._live.update(Group(*map(self._line, growing)), refresh=True)

    def _line(self, caption: SeenCaption) -> Text:
        name, colour = self._names.get(caption.identity, (caption.identity, "white"))
        return Text.assemble(
            (f"{name:>8}  ", colour),
            (caption.text, "" if caption.final else "dim italic"),
        )


def show_transcript(console: Console, transcript: Sequence[TranscriptSegment]) -> None:
    """The meeting as it is stored."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for segment in transcript:
        minutes, seconds = divmod(segment.start_time, 60)
        table.add_row(
            Text(f"{minutes:.0f}:{seconds:04.1f}", "dim"), Text(segment.speaker, "bold"), Text(segment.text)
        )
    console.print(table)


def show_figures(console: Console, report: Report) -> None:
    """Each figure with its goal, then what went wrong."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("word error rate", f"{report.word_error_rate:.1%}", f"goal: at most {WORD_ERROR_GOAL:.0%}")
    table.add_row(
        "end of speech to final caption, median",
        _seconds(report.delay_p50_seconds),
        f"goal: at most {DELAY_P50_GOAL} s",
    )
    table.add_row(
        "the same, 95th percentile", _seconds(report.delay_p95_seconds), f"goal: at most {DELAY_P95_GOAL} s"
    )
    table.add_row("captions", f"{report.captions}", f"and {report.partials} partials before them")
    console.print(table)
    for problem in report.problems:
        console.print(Text(f"wrong: {problem}", "red"))


def _seconds(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f} s"

"""Sets everything up: the steps side by side, their progress shown, their words kept in logs."""

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from embedded.environments import ENVIRONMENTS, ROOT
from embedded.failures import Failure
from embedded.layout import Layout
from embedded.settings import EmbeddedSettings
from embedded.setup.building import excerpt
from embedded.supervision.programs import as_parent

_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the set-up, a module that is safe to interrupt and to repeat."""

    name: str
    title: str
    module: tuple[str, ...]


_LIVEKIT = Step("livekit", "LiveKit server", ("embedded.setup.livekit_build",))
_SERVICES = Step("services", "environments of the services", ("embedded.environments", "stt", "api", "agent"))
_VOICES = Step("diarization", "model of voices", ("embedded.weights", "fetch", "voices"))
PLATFORM = (
    _LIVEKIT,
    _SERVICES,
    Step("weights", "speech model", ("embedded.weights",)),
    Step("web", "web page", ("embedded.setup.web_build",)),
    Step("voices", "voices of the demo", ("embedded.demo.voices",)),
)


def with_tests(suites: Iterable[str]) -> tuple[Step, ...]:
    """The platform, and the environments of these suites alone: one of them has gigabytes."""
    names = [f"{suite}-tests" for suite in suites if f"{suite}-tests" in ENVIRONMENTS]
    module = ("embedded.environments", *names)
    return (*PLATFORM, Step("tests", "environments of the tests", module)) if names else PLATFORM


def needed(steps: Sequence[Step], settings: EmbeddedSettings) -> list[Step]:
    """Without the server that somebody else provides, and with what the engines need that are asked for."""
    given = settings.livekit_url or settings.livekit_server_bin
    steps = [step for step in steps if not (given and step is _LIVEKIT)]
    if settings.diarization:
        steps.append(_VOICES)
    return [_with_engines(step, settings) if step is _SERVICES else step for step in steps]


def _with_engines(step: Step, settings: EmbeddedSettings) -> Step:
    module, *names = step.module
    wanted = {settings.stt_environment, *(["diarization"] if settings.diarization else [])}
    return replace(step, module=(module, *sorted({*names, *wanted})))


def install(steps: Sequence[Step], layout: Layout, console: Console) -> None:
    """Take steps side by side. The first that fails ends the others; a later call goes on from there."""
    layout.create()
    running: list[_Running] = []
    try:
        with _progress(console) as progress:
            for step in steps:
                running.append(_begin(step, layout, progress))  # noqa: PERF401 - found if the next one fails
            while running:
                for ended in [each for each in running if each.process.poll() is not None]:
                    ended.finish(progress)
                    running.remove(ended)
                time.sleep(_PAUSE_SECONDS if running else 0)
    finally:
        _end(running)


@dataclass(frozen=True, slots=True)
class _Running:
    step: Step
    process: subprocess.Popen[bytes]
    log: Path
    task: TaskID
    began: float

    def finish(self, progress: Progress) -> None:
        progress.update(self.task, visible=False)
        title, seconds = self.step.title, time.monotonic() - self.began
        if self.process.returncode:
            said = excerpt(self.log.read_text(errors="replace"))
            raise Failure(f"{title} could not be set up:\n{said}", "once that is solved, run it again")
        progress.console.print(f"[green]✓[/] {title} [dim]{seconds:.1f} s[/]")


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


def _begin(step: Step, layout: Layout, progress: Progress) -> _Running:
    words = (sys.executable, "-m", *step.module)
    log = layout.log(f"setup-{step.name}")
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, cwd=ROOT, env=as_parent(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    return _Running(step, process, log, progress.add_task(step.title), time.monotonic())


def _end(running: Sequence[_Running]) -> None:
    """End steps with all that they started."""
    processes = []
    for step in running:
        try:
            children = psutil.Process(step.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            children = []
        step.process.terminate()
        processes += children
    for process in processes:
        process.terminate()
    psutil.wait_procs(processes, timeout=5)
    for step in running:
        step.process.wait()

"""The supervisor of one state directory: starting it, controlling it, ending it with all that it runs."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import psutil

from embedded.credentials import write_private
from embedded.environments import ROOT
from embedded.failures import Failure
from embedded.layout import Layout
from embedded.supervision.asking import NotReady
from embedded.supervision.programs import Program, as_parent, launch_command
from embedded.supervision.supervisord import ProgramInfo, Remote, State, Unreachable, configure

_START_SECONDS = 15
_STOP_SECONDS = 60
_LEFTOVER_SECONDS = 15
_PAUSE_SECONDS = 0.05
_EXEC_SECONDS = 0.5
_LOG_TAIL_LINES = 25


class Supervisor:
    """There may be none running; then nothing runs."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._configuration = layout.run / "supervisor.conf"
        self._remote = Remote(layout.socket)
        self._pids: dict[str, int] = {}

    def start(self, groups: Mapping[str, Sequence[Program]]) -> None:
        """Start the supervisor, detached from the terminal. Its programs wait until they are started."""
        write_private(self._configuration, configure(groups, self._layout))
        words = (sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "-c", str(self._configuration))
        program = Program("supervisor", words, _unasked, death_signal=None)
        log = self._layout.log("supervisor-start")
        with log.open("wb") as output:
            subprocess.run(
                launch_command(program, self._layout.run / "launch"),
                cwd=ROOT,
                env=as_parent(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=True,
            )
        _until(_START_SECONDS, lambda: self.is_running() or self._has_ended())
        if not self.is_running():
            raise Failure(f"the supervisor did not start: {log.read_text(errors='replace').strip()}")

    def is_running(self) -> bool:
        try:
            self._remote.programs()
        except Unreachable:
            return False
        return True

    def start_programs(self, group: str, programs: Sequence[Program]) -> None:
        """Begin to start programs; whether they are ready is another question."""
        for program in programs:
            try:
                self._remote.start(group, program.name)
            except Unreachable as failure:
                self.check_alive(program.name)
                raise Failure(f"{program.name} could not be started: {failure}") from failure

    def restart(self, group: str, program: Program) -> None:
        """Stop a program, if it runs, and begin to start it again."""
        stopped = (State.STOPPED, State.EXITED, State.FATAL)
        try:
            if self.programs()[program.name].state not in stopped:
                self._remote.stop(group, program.name)
        except (KeyError, Unreachable) as failure:
            raise Failure(f"{program.name} could not be stopped: {failure}") from failure
        _until(
            program.stop_seconds + _STOP_SECONDS,
            lambda: (info := self.programs().get(program.name)) is None or info.state in stopped,
        )
        self._pids.pop(program.name, None)
        self.start_programs(group, [program])

    def programs(self) -> dict[str, ProgramInfo]:
        """The programs by name; empty where no supervisor answers."""
        try:
            return {each.name: each for each in self._remote.programs() if each.name != "guard"}
        except Unreachable:
            return {}

    def check_alive(self, name: str) -> None:
        """Raises Failure with the end of its log when a program has died, though it may have been restarted.

        Also when the supervisor is gone.
        """
        programs = self.programs()
        if not programs:
            raise Failure("the supervisor is gone; somebody stopped it")
        if name not in programs:
            return
        info = programs[name]
        first_pid = self._pids.setdefault(name, info.pid)
        if info.pid != first_pid or info.state not in (State.STARTING, State.RUNNING):
            raise Failure(f"{name} ended:\n{self.log_tail(name)}")

    def log_tail(self, name: str) -> str:
        """The last lines that a program wrote."""
        path = self._layout.log(name)
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return "\n".join(f"  {name} | {line}" for line in lines[-_LOG_TAIL_LINES:])

    def stop(self) -> None:
        """End the supervisor and all that it runs, politely at first. Returns when nothing is left."""
        supervisors = self._supervisors()
        for supervisor in supervisors:
            supervisor.terminate()
        _end(supervisors, patience_seconds=_STOP_SECONDS)
        # What a supervisor that was killed has left ends by itself.
        _end(
            [each for each in psutil.process_iter() if self._is_ours(each)],
            patience_seconds=_LEFTOVER_SECONDS,
        )
        self._layout.socket.unlink(missing_ok=True)

    def _has_ended(self) -> bool:
        """Asked twice, because a process that becomes another one has no command line for a moment."""
        if self._supervisors():
            return False
        time.sleep(_EXEC_SECONDS)
        return not self._supervisors()

    def _supervisors(self) -> list[psutil.Process]:
        """Also one that has not become itself yet."""
        files = {str(self._configuration), str(self._layout.run / "launch" / "supervisor.json")}
        return [process for process in psutil.process_iter() if files.intersection(_command_line(process))]

    def _is_ours(self, process: psutil.Process) -> bool:
        """Whether a supervisor of this state directory started it, or something that it started."""
        if str(self._layout.postgres) in _command_line(process):
            return True
        try:
            # Valkey writes its title over its environment.
            if process.name() == "valkey-server" and process.cwd() == str(self._layout.valkey):
                return True
            return bool(process.environ().get("SUPERVISOR_SERVER_URL") == f"unix://{self._layout.socket}")
        except psutil.Error:
            return False


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return [str(word) for word in process.cmdline()]
    except psutil.Error:
        return []


def _end(processes: Sequence[psutil.Process], *, patience_seconds: float) -> None:
    """Wait for processes to end, and kill those that have not by then."""
    _until(patience_seconds, lambda: not any(map(_lives, processes)))
    for process in filter(_lives, processes):
        process.kill()
    _until(patience_seconds, lambda: not any(map(_lives, processes)))


def _lives(process: psutil.Process) -> bool:
    """Where nobody collects the dead, as in some containers, they stay in the table of processes."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _until(seconds: float, done: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(_PAUSE_SECONDS)


def _unasked() -> None:
    raise NotReady("nobody asks it")

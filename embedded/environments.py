"""The virtual environments of the services, each installed from its own hash-pinned lock.

Runs on a bare Python 3.11: nothing outside the standard library is imported here, because this
module is what brings everything else.

    python3.11 -m embedded.environments api stt        install or refresh these environments
    python3.11 -m embedded.environments --lock         write every lock anew
    python3.11 -m embedded.environments --lock-check   say which locks no longer match their pyproject.toml
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("INTRASCRIBE_STATE") or ROOT / ".intrascribe")
BOOTSTRAP_LOCK = ROOT / "embedded" / "bootstrap.lock"


@dataclass(frozen=True, slots=True)
class Environment:
    """One virtual environment: the projects it serves, their extras and the lock that pins them."""

    name: str
    projects: tuple[str, ...]
    lock: str
    extras: tuple[str, ...] = ()
    constrained_by: str | None = None
    """The lock of the service that a test environment must not deviate from."""

    overrides: str | None = None
    """A file of requirements that replace what packages ask for, such as parts of them that nobody needs."""

    group: str | None = None
    """The dependency group of embedded/pyproject.toml that is installed instead of projects."""

    @property
    def directory(self) -> Path:
        return STATE / "environments" / self.name

    @property
    def python(self) -> Path:
        return self.directory / "bin" / "python"


_TEST_EXTRAS = {
    "agent": ("livekit",),
    "api": ("contract", "evaluation", "s3", "subtitles"),
    "diarization": ("contract", "evaluation"),
    "embedded": ("platform",),
    "stt": ("speech",),
}
"""What the tests of one service need beyond those of all, by the extras of tests/pyproject.toml."""


def _service(name: str, *extras: str) -> tuple[Environment, Environment]:
    folder = name if name == "embedded" else f"{name}_service"
    lock = f"{folder}/requirements.lock"
    projects = ("shared", folder)
    tests = Environment(
        f"{name}-tests",
        (*projects, "tests"),
        f"tests/locks/{name}.lock",
        (*extras, *_TEST_EXTRAS.get(name, ())),
        constrained_by=lock,
    )
    return Environment(name, projects, lock, extras), tests


def _with_funasr() -> tuple[Environment, Environment]:
    """The speech service with torch beside all that it has otherwise: gigabytes that few need."""
    service, tests = _service("stt", "funasr", "moonshine", "faster-whisper")
    overrides = "stt_service/funasr.overrides"
    with_torch = replace(
        service,
        name="stt-funasr",
        lock="stt_service/funasr.lock",
        constrained_by=service.lock,
        overrides=overrides,
    )
    return with_torch, replace(
        tests,
        name="stt-funasr-tests",
        lock="tests/locks/stt-funasr.lock",
        constrained_by=with_torch.lock,
        overrides=overrides,
    )


def _diarization() -> tuple[Environment, Environment]:
    """Torch is most of it: it is installed where somebody asks for it."""
    service, tests = _service("diarization")
    overrides = "diarization_service/diarization.overrides"
    return replace(service, overrides=overrides), replace(tests, overrides=overrides)


def _toolchain(name: str) -> Environment:
    return Environment(name, (), f"embedded/locks/{name}.lock", group=name)


ENVIRONMENTS = {
    environment.name: environment
    for pair in (
        *(
            _service("api"),
            _service("stt", "moonshine", "faster-whisper"),
            _with_funasr(),
            _diarization(),
            _service("agent"),
            _service("embedded"),
        ),
        [_toolchain("go"), _toolchain("node")],
    )
    for environment in pair
}


def install(name: str) -> Path:
    """Bring one environment in line with its lock and return its Python. Safe to interrupt and repeat.

    Raises subprocess.CalledProcessError when a package cannot be had.
    """
    environment = ENVIRONMENTS[name]
    lock = ROOT / environment.lock
    stamp = environment.directory / "lock.sha256"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    with only_one(name):
        if stamp.exists() and stamp.read_text() == wanted:
            return environment.python
        print(f"installing the {name} environment", file=sys.stderr, flush=True)
        stamp.unlink(missing_ok=True)
        uv("venv", "--quiet", "--allow-existing", "--python", sys.executable, str(environment.directory))
        uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(environment.python), str(lock))
        stamp.write_text(wanted)
    return environment.python


def compile_lock(environment: Environment, *, output: Path) -> None:
    """Resolve the projects of an environment into one lock with the hash of every file."""
    output.parent.mkdir(parents=True, exist_ok=True)
    constraint = ["--constraint", environment.constrained_by] if environment.constrained_by else []
    override = ["--override", environment.overrides] if environment.overrides else []
    extras = [word for extra in environment.extras for word in ("--extra", extra)]
    sources = [f"{project}/pyproject.toml" for project in environment.projects]
    sources += ["--group", f"embedded/pyproject.toml:{environment.group}"] if environment.group else []
    uv(
        *("pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
        *("--no-header", "--python-version", "3.11", "--output-file", str(output)),
        *(*constraint, *override, *extras, *sources),
    )


def lock_all() -> None:
    """Write every lock anew, services before the tests that are constrained by them."""
    for environment in sorted(ENVIRONMENTS.values(), key=lambda each: each.constrained_by is not None):
        print(f"locking {environment.lock}", flush=True)
        compile_lock(environment, output=ROOT / environment.lock)


def stale_locks() -> list[str]:
    """The locks that compiling again, with their own pins preferred, would change."""
    stale = []
    for environment in ENVIRONMENTS.values():
        candidate = STATE / "locks" / f"{environment.name}.lock"
        candidate.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / environment.lock, candidate)
        compile_lock(environment, output=candidate)
        if candidate.read_bytes() != (ROOT / environment.lock).read_bytes():
            stale.append(environment.lock)
    return stale


def uv(*arguments: str) -> None:
    """Run the pinned uv from the repository root. Raises subprocess.CalledProcessError when it fails."""
    command = [str(_uv_binary()), "--no-config", *arguments]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"})


def _uv_binary() -> Path:
    directory = STATE / "environments" / "uv"
    binary = directory / "bin" / "uv"
    with only_one("uv"):
        stamp = directory / "lock.sha256"
        wanted = hashlib.sha256(BOOTSTRAP_LOCK.read_bytes()).hexdigest()
        if not stamp.exists() or stamp.read_text() != wanted:
            venv.create(directory, with_pip=True, clear=True)
            pip = [str(directory / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
            subprocess.run([*pip, "--quiet", "--require-hashes", "-r", str(BOOTSTRAP_LOCK)], check=True)
            stamp.write_text(wanted)
    return binary


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Let one process at a time work on an environment; the kernel frees the lock of a dead one."""
    path = STATE / "environments" / f"{name}.flock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main() -> None:
    """Install the named environments, or work on the locks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(ENVIRONMENTS)}")
    parser.add_argument("--lock", action="store_true", help="write every lock anew")
    parser.add_argument("--lock-check", action="store_true", help="fail when a lock is out of date")
    chosen = parser.parse_args()
    if sys.version_info[:2] != (3, 11):
        parser.error(f"Python 3.11 is needed, this is {sys.version.split()[0]}; call it as python3.11")
    if unknown := set(chosen.names) - ENVIRONMENTS.keys():
        parser.error(f"unknown environment {', '.join(sorted(unknown))}; known are {', '.join(ENVIRONMENTS)}")
    if chosen.lock:
        lock_all()
    if chosen.lock_check and (stale := stale_locks()):
        sys.exit(f"out of date, run make lock: {', '.join(stale)}")
    for name in chosen.names:
        install(name)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"{failure.cmd[0]} ended with status {failure.returncode}; what it printed above says why")

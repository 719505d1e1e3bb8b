"""Databases that a test may do anything with."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parents[3]
MIGRATIONS = sorted((ROOT / "supabase" / "migrations").glob("*.sql"))
BEFORE_MIGRATIONS, AFTER_MIGRATIONS = sorted((ROOT / "embedded" / "bootstrap").glob("*.sql"))
DEBIAN_POSTGRES = Path("/usr/lib/postgresql/15/bin")
_NOBODY = 65534


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """An empty database on a server, dropped at the end. Yields its address."""
    name = f"test_{secrets.token_hex(4)}"
    url = make_conninfo(server_url, dbname=name)
    _administer(server_url, sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        yield url
    finally:
        _administer(server_url, sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def debian_postgres() -> Iterator[str]:
    """Debian's Postgres 15 on a free port; yields the superuser's address. Skips where there is none."""
    if not (DEBIAN_POSTGRES / "initdb").exists():
        pytest.skip("Debian's postgresql-15 is not installed")
    directory = Path(tempfile.mkdtemp(prefix="intrascribe-postgres-15-"))
    try:
        data = directory / "data"
        data.mkdir()
        if os.geteuid() == 0:
            directory.chmod(0o755)
            os.chown(data, _NOBODY, _NOBODY)
        _run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8")
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        _run("pg_ctl", "-D", str(data), "-w", "-o", options, "-l", str(data / "log"), "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory)


def run_script(url: str, script: str) -> None:
    """Execute statements as psql would."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(script.encode())


def migrate(url: str) -> None:
    """The bootstrap and every migration, each file in a transaction."""
    for path in (BEFORE_MIGRATIONS, *MIGRATIONS, AFTER_MIGRATIONS):
        run_script(url, path.read_text())


def _administer(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _run(program: str, *arguments: str) -> None:
    """Postgres refuses to be run by root."""
    identity = _NOBODY if os.geteuid() == 0 else None
    groups: list[int] | None = [] if identity else None
    subprocess.run(
        [DEBIAN_POSTGRES / program, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        user=identity,
        group=identity,
        extra_groups=groups,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

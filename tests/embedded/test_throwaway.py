"""The servers that tests start for themselves."""

import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
import redis
from psycopg.rows import scalar_row

from embedded.environments import ROOT
from embedded.migrations import MIGRATIONS, migrate, read
from tests.servers import Servers, running_servers

pytestmark = pytest.mark.integration


def test_all_three_answer(servers: Servers) -> None:
    with psycopg.connect(servers.database_url, row_factory=scalar_row) as connection:
        assert connection.execute("select current_user").fetchone() == "intrascribe_api"
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.ping()
    assert httpx.get(servers.livekit_url.replace("ws", "http")).text == "OK"


def test_migrating_again_changes_nothing(servers: Servers) -> None:
    assert migrate(servers.database_admin_url) == []
    with psycopg.connect(servers.database_admin_url) as connection:
        rows = connection.execute(
            "select version, name from supabase_migrations.schema_migrations order by version"
        ).fetchall()
    assert rows == [(migration.version, migration.name) for migration in read(MIGRATIONS)]


def test_servers_end_with_the_input_of_their_process() -> None:
    with running_servers() as servers:
        database = psycopg.connect(servers.database_url)
    with pytest.raises(psycopg.OperationalError):
        database.execute("select 1")
    database.close()


def test_servers_end_when_their_process_is_killed() -> None:
    command = [sys.executable, "-m", "embedded", "servers"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 3
        state = next(
            Path(word).parent
            for child in children
            for word in child.cmdline()
            if word.endswith("livekit.json")
        )
        process.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    shutil.rmtree(state)

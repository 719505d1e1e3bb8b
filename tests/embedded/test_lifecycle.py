"""Taking the platform up and down: the real servers and a small service."""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from embedded import lifecycle
from embedded.composition import Platform
from embedded.environments import ROOT
from embedded.failures import Failure
from embedded.layout import Layout
from embedded.ports import check_free, free_ports
from embedded.settings import EmbeddedSettings
from embedded.supervision.asking import NotReady
from embedded.supervision.supervisor import Supervisor
from tests.embedded.platforms import failing, page_server, running_from, servers_only, with_services
from tests.servers import Servers

pytestmark = pytest.mark.integration


@pytest.fixture
def layout() -> Iterator[Layout]:
    """A state directory; nothing runs from it in the end."""
    # The socket of the supervisor needs a short path, which pytest's own folders have not.
    state = Path(tempfile.mkdtemp(prefix="intrascribe-"))
    yield Layout(state)
    lifecycle.down(Layout(state))
    assert running_from(state) == []
    shutil.rmtree(state)


@pytest.fixture
def platform(layout: Layout) -> Platform:
    return servers_only(layout, page_server(free_ports(1)[0]))


def until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.05)


def answers(platform: Platform) -> bool:
    try:
        for program in platform.programs:
            program.ask()
    except NotReady:
        return False
    return True


def kill(process_id: int) -> None:
    psutil.Process(process_id).kill()


def test_what_is_stopped_is_gone_and_what_was_stored_is_there_after_the_next_start(
    layout: Layout, platform: Platform
) -> None:
    lifecycle.bring_up(platform, layout)
    assert answers(platform)
    assert platform.admin_url
    with psycopg.connect(platform.admin_url) as connection:
        connection.execute("create table kept as select 1 as one")
    with redis.Redis.from_url(platform.addresses.redis_url) as client:
        client.set("kept", "1")

    assert lifecycle.down(layout)
    assert running_from(layout.state) == []
    check_free(port for program in platform.programs for port in program.ports)
    assert not lifecycle.down(layout)

    lifecycle.bring_up(platform, layout)
    with psycopg.connect(platform.admin_url) as connection:
        assert connection.execute("select one from kept").fetchone() == (1,)
    with redis.Redis.from_url(platform.addresses.redis_url) as client:
        assert client.get("kept") == b"1"


def test_a_failing_statement_leaves_nothing_of_what_people_said_in_the_log(
    layout: Layout, platform: Platform
) -> None:
    lifecycle.bring_up(platform, layout)
    assert platform.admin_url
    with psycopg.connect(platform.admin_url, autocommit=True) as connection:
        connection.execute("create temporary table said (words text check (words = ''))")
        with pytest.raises(psycopg.IntegrityError):
            connection.execute("insert into said values ('between us')")
    log = layout.log("postgres")
    until(lambda: "violates check constraint" in log.read_text())  # the supervisor writes what it is told
    assert "between us" not in log.read_text()


def test_a_second_start_leaves_a_running_platform_as_it_is(layout: Layout, platform: Platform) -> None:
    lifecycle.bring_up(platform, layout)
    before = {name: info.pid for name, info in Supervisor(layout).programs().items()}
    running = lifecycle.bring_up(servers_only(layout), layout)
    assert running.settings == platform.settings
    assert {name: info.pid for name, info in Supervisor(layout).programs().items()} == before


def test_what_dies_is_started_again(layout: Layout, platform: Platform) -> None:
    lifecycle.bring_up(platform, layout)
    for name, info in Supervisor(layout).programs().items():
        kill(info.pid)
        until(lambda name=name, dead=info.pid: Supervisor(layout).programs()[name].pid not in (0, dead))  # type: ignore[misc]  # the lambda's defaults
    until(lambda: answers(platform))


def test_with_a_killed_supervisor_everything_ends_and_the_next_start_recovers(
    layout: Layout, platform: Platform
) -> None:
    lifecycle.bring_up(platform, layout)
    kill(int((layout.run / "supervisor.pid").read_text()))
    until(lambda: running_from(layout.state) == [])
    assert lifecycle.current(layout) is None
    lifecycle.bring_up(platform, layout)
    assert answers(platform)


def test_an_occupied_port_is_named_and_nothing_starts(layout: Layout, platform: Platform) -> None:
    port = platform.settings.valkey_port
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(Failure, match=rf"port {port} is already used(.|\n)*EMBEDDED_VALKEY_PORT"),
    ):
        lifecycle.bring_up(platform, layout)
    assert running_from(layout.state) == []


def test_a_service_that_cannot_start_shows_its_last_words_and_takes_all_down(layout: Layout) -> None:
    platform = servers_only(layout, failing())
    with pytest.raises(Failure, match=r"failing ended:\n.*the model is missing"):
        lifecycle.bring_up(platform, layout)
    assert running_from(layout.state) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_an_interrupted_start_leaves_nothing(layout: Layout, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.embedded.starting", str(layout.state)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as start:
        assert start.stdout
        for line in start.stdout:
            if line.startswith("the schema"):
                break
        assert len(running_from(layout.state)) > 4
        start.send_signal(number)
        start.communicate(timeout=60)
    until(lambda: running_from(layout.state) == [])


def test_two_starts_at_once_do_not_meet(layout: Layout, platform: Platform) -> None:
    command = [sys.executable, "-m", "tests.embedded.starting", str(layout.state)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as start:
        assert start.stdout
        assert start.stdout.readline()
        with pytest.raises(Failure, match="is being started by somebody else"):
            lifecycle.bring_up(platform, layout)
        assert lifecycle.down(layout)
        _, said = start.communicate(timeout=60)
    assert "somebody stopped it" in said
    assert start.returncode == 1


def test_given_servers_are_used_and_left_alone(layout: Layout, servers: Servers) -> None:
    settings = EmbeddedSettings(
        database_url=servers.database_url,
        database_admin_url=servers.database_admin_url,
        redis_url=servers.redis_url,
        livekit_url=servers.livekit_url,
        livekit_api_key=servers.livekit_api_key,
        livekit_api_secret=servers.livekit_api_secret,
    )
    platform = with_services(settings, layout, page_server(free_ports(1)[0]))
    said: list[str] = []
    lifecycle.bring_up(platform, layout, report=said.append)
    assert list(Supervisor(layout).programs()) == ["pages"]
    assert any(line.startswith("the Postgres of DATABASE_URL is ready") for line in said)
    assert lifecycle.current(layout) is not None
    lifecycle.down(layout)
    for part in platform.given:
        part.ask()


def test_a_given_server_that_is_not_there_is_named(layout: Layout) -> None:
    settings = EmbeddedSettings(redis_url=f"redis://127.0.0.1:{free_ports(1)[0]}")
    platform = with_services(settings, layout)
    absent = [replace(part, ready_seconds=0) for part in platform.given]
    with pytest.raises(Failure, match="the server of REDIS_URL is not ready"):
        lifecycle.bring_up(replace(platform, servers=(), given=tuple(absent)), layout)


def test_one_part_is_started_again_and_the_others_stay(layout: Layout, platform: Platform) -> None:
    lifecycle.bring_up(platform, layout)
    before = Supervisor(layout).programs()
    lifecycle.restart(layout, "valkey")
    after = Supervisor(layout).programs()
    assert [name for name in before if before[name].pid != after[name].pid] == ["valkey"]
    assert answers(platform)
    with pytest.raises(Failure, match="there is no part nothing"):
        lifecycle.restart(layout, "nothing")

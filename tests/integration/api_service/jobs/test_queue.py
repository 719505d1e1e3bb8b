"""The queue without a worker: who is next, what is lost and found, and what is tried again."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator

import psycopg
import pytest

from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import Person
from tests.servers import ROOT, Servers

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("api")]
_QUEUE = "procrastinate.procrastinate_jobs"


@pytest.fixture
def admin(servers: Servers) -> Iterator[psycopg.Connection]:
    with psycopg.connect(servers.database_admin_url, autocommit=True) as connection:
        # The library's triggers find its tables in the path.
        connection.execute("set search_path = public, procrastinate")
        yield connection


def add(admin: psycopg.Connection, person: Person, session_id: str, priority: str = "normal") -> str:
    """Of a kind that no worker does, should one be there."""
    with admin.transaction():
        claims = f'{{"sub": "{person.id}", "role": "authenticated"}}'
        admin.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        query = "select internal.add_job(%s, 'nothing', '{}', %s)"
        row = admin.execute(query, [session_id, priority]).fetchone()
        assert row
        admin.execute("select internal.queue_job(%s, interval '0')", [row[0]])
    return str(row[0])


def places(admin: psycopg.Connection, *jobs: str) -> list[str]:
    """These jobs in the order in which workers take them."""
    query = f"""
        select args ->> 'job_id' from {_QUEUE} where args ->> 'job_id' = any(%s) and status = 'todo'
        order by priority desc, id
    """
    return [str(job) for (job,) in admin.execute(query.encode(), [list(jobs)])]


async def test_the_more_urgent_comes_first_and_nothing_waits_for_ever(
    ada: Person, admin: psycopg.Connection
) -> None:
    session = await ada.new_session()
    low, normal, urgent = (add(admin, ada, session["id"], each) for each in ("low", "normal", "urgent"))
    assert places(admin, low, normal, urgent) == [urgent, normal, low]
    for _ in range(31):
        admin.execute("select internal.age_jobs()")
    newer = add(admin, ada, session["id"], "urgent")
    assert places(admin, low, newer) == [low, newer]


async def test_a_job_that_lost_its_place_in_the_queue_is_queued_again(
    ada: Person, admin: psycopg.Connection
) -> None:
    session = await ada.new_session()
    job = add(admin, ada, session["id"])
    admin.execute(f"delete from {_QUEUE} where args ->> 'job_id' = %s".encode(), [job])
    admin.execute("select internal.age_jobs()")
    assert places(admin, job) == []  # somebody may be about to queue it
    with admin.transaction():
        admin.execute("set local session_replication_role = replica")  # the row is as old as it says
        admin.execute("update public.jobs set updated_at = now() - interval '2 minutes' where id = %s", [job])
    for _ in range(2):
        admin.execute("select internal.age_jobs()")
    assert places(admin, job) == [job]


async def test_a_stopping_worker_costs_no_try(ada: Person, admin: psycopg.Connection) -> None:
    session = await ada.new_session()
    job = add(admin, ada, session["id"])
    for _ in range(3):
        admin.execute("select internal.give_back_job(id, attempt) from internal.start_job(%s)", [job])
    begun = admin.execute("select attempt, tries from internal.start_job(%s)", [job]).fetchone()
    assert begun == (4, 1)


async def test_what_has_failed_is_listed_and_tried_again(
    ada: Person, admin: psycopg.Connection, settings: ApiSettings
) -> None:
    session = await ada.new_session()
    job = add(admin, ada, session["id"])
    admin.execute("select internal.start_job(%s)", [job])
    admin.execute(f"delete from {_QUEUE} where args ->> 'job_id' = %s".encode(), [job])
    admin.execute("select internal.fail_job(%s, 1, 'It broke', 'broken')", [job])
    status, printed = await command(settings, "dead")
    assert status == 0
    assert any(job in line and "broken" in line for line in printed.splitlines())
    assert await command(settings, "requeue", job) == (0, "it waits for a worker\n")
    assert places(admin, job) == [job]
    status, printed = await command(settings, "requeue", job)
    assert status == 1
    # Whoever had it before must not be taken for who has it now.
    assert admin.execute("select attempt, tries from internal.start_job(%s)", [job]).fetchone() == (2, 1)
    assert admin.execute("select internal.wants_job(%s, 1)", [job]).fetchone() == (False,)


async def command(settings: ApiSettings, *given: str) -> tuple[int | None, str]:
    """Exit status, and what was printed to read."""
    environment = os.environ | {"DATABASE_URL": settings.database_url.get_secret_value()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api_service.jobs", *given),
        cwd=ROOT,
        env=environment,
        stdout=PIPE,
        stderr=PIPE,
    )
    printed, _ = await process.communicate()
    return process.returncode, printed.decode()

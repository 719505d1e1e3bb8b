"""Workers that die, and what becomes of their jobs."""

from pathlib import Path

import psycopg
import pytest

from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.requests import ended, send
from tests.integration.api_service.jobs.services import Script, recording, worker
from tests.scripted import until
from tests.servers import Servers

pytestmark = pytest.mark.integration

SECONDS = 5
"""Of audio in each recording. A worker may have jobs of other tests to do before it comes to these."""


async def test_a_killed_worker_s_job_is_done_by_another_once(
    ada: Person,
    script: Script,
    settings: ApiSettings,
    tmp_path: Path,
    servers: Servers,
) -> None:
    script.let.clear()
    told = (await send(ada, recording(1, seconds=SECONDS, salt=9), prefer="respond-async")).json()
    async with worker(settings, script, tmp_path) as first:
        await until(lambda: SECONDS in script.asked, within_seconds=60)
        first.kill()
        await first.wait()
        script.let.set()
        async with worker(settings, script, tmp_path):
            assert (await ended(ada, told["task_id"], within=90))["status"] == "success"
    with psycopg.connect(servers.database_admin_url) as admin:
        query = "select count(*), max(attempt) from public.jobs where session_id = %s"
        assert admin.execute(query, [told["session_id"]]).fetchone() == (1, 2)
    assert len((await ada.get("/api/v1/transcriptions", session_id=told["session_id"])).json()) == 1


async def test_a_worker_that_stops_gives_its_job_back_at_once(
    ada: Person, script: Script, settings: ApiSettings, tmp_path: Path, servers: Servers
) -> None:
    script.let.clear()
    told = (await send(ada, recording(1, seconds=SECONDS, salt=10), prefer="respond-async")).json()
    async with worker(settings, script, tmp_path):
        await until(lambda: SECONDS in script.asked, within_seconds=60)
    with psycopg.connect(servers.database_admin_url) as admin:
        query = "select status::text from procrastinate.procrastinate_jobs where args ->> 'job_id' = %s"
        assert admin.execute(query, [told["task_id"]]).fetchall() == [("todo",)]
    script.let.set()
    async with worker(settings, script, tmp_path):
        assert (await ended(ada, told["task_id"]))["status"] == "success"

"""Tasks as clients of three generations poll them, over jobs that workers really wrote."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from api_service.database import Connection, Database
from api_service.tasks.feeds import TaskFeeds
from shared.contracts.rooms import room_name
from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

FIELDS = {
    "success",
    "message",
    "timestamp",
    "task_id",
    "session_id",
    "kind",
    "status",
    "progress",
    "result",
    "error",
    "error_code",
    "token_usage",
    "cost_cents",
    "ready",
    "successful",
    "created_at",
    "started_at",
    "completed_at",
    "updated_at",
}


class Workers:
    """Work on jobs as the service does, with the rights of its login."""

    def __init__(self, admin: psycopg.Connection, service: psycopg.Connection) -> None:
        self._admin = admin
        self._service = service

    def enqueue(self, person: Person, session: dict[str, str], kind: str = "retranscribe") -> str:
        with self._admin.transaction():
            claims = f'{{"sub": "{person.id}", "role": "authenticated"}}'
            self._admin.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            row = self._admin.execute(
                "select internal.add_job(%s, %s, '{}', 'normal')", [session["id"], kind]
            ).fetchone()
        assert row
        return str(row[0])

    def do(self, function: str, job: str, *values: object) -> bool:
        places = ", ".join(["%s"] * (1 + len(values)))
        row = self._service.execute(
            f"select internal.{function}({places})".encode(), [job, *values]
        ).fetchone()
        assert row
        return bool(row[0])


@pytest.fixture
def workers(servers: Servers) -> Iterator[Workers]:
    with (
        psycopg.connect(servers.database_admin_url, autocommit=True) as admin,
        psycopg.connect(servers.database_url, autocommit=True) as service,
    ):
        yield Workers(admin, service)


async def read(person: Person, task: str) -> dict[str, object]:
    """The same under both addresses, but for the time of asking."""
    answers = [await person.get(f"/api/v2/tasks/{task}{suffix}") for suffix in ("", "/status")]
    assert [answer.status_code for answer in answers] == [200, 200]
    first, second = ({**answer.json(), "timestamp": ""} for answer in answers)
    assert first == second
    return first


async def test_a_task_is_followed_to_its_result(ada: Person, workers: Workers) -> None:
    session = await ada.new_session()
    task = workers.enqueue(ada, session)
    waiting = await read(ada, task)
    assert set(waiting) == FIELDS
    assert (waiting["task_id"], waiting["session_id"]) == (task, session["id"])
    assert (waiting["status"], waiting["ready"], waiting["successful"]) == ("pending", False, False)
    assert (waiting["success"], waiting["message"]) == (True, "Task status retrieved")

    workers.do("start_job", task)
    workers.do("report_job", task, 1, 25, "downloading_audio")
    running = await read(ada, task)
    assert running["progress"] == {
        "step": "downloading_audio",
        "percentage": 25,
        "current": 25,
        "total": 100,
        "description": "Downloading audio",
    }
    assert (running["status"], running["result"], running["error"]) == ("started", None, None)

    workers.do("finish_job", task, 1, Jsonb({"total_segments": 3}))
    done = await read(ada, task)
    assert (done["status"], done["ready"], done["successful"]) == ("success", True, True)
    assert done["result"] == {"total_segments": 3}
    assert done["completed_at"] is not None


async def test_a_failure_is_spelt_as_old_clients_stop_at_it_and_never_looks_like_a_lost_sign_in(
    ada: Person, workers: Workers
) -> None:
    task = workers.enqueue(ada, await ada.new_session())
    workers.do("fail_job", task, 0, "Storage answered 403 for the recording", "storage-failed")
    failed = await read(ada, task)
    assert (failed["status"], failed["ready"], failed["successful"]) == ("failed", True, False)
    assert failed["result"] is None
    assert failed["error"] == "Storage answered 4xx for the recording"


async def test_a_cancelled_task_is_not_worked_on_any_more(ada: Person, workers: Workers) -> None:
    task = workers.enqueue(ada, await ada.new_session())
    workers.do("start_job", task)
    for _ in range(2):
        answer = await ada.send("DELETE", f"/api/v2/tasks/{task}")
        assert answer.status_code == 200, answer.text
        assert (answer.json()["success"], answer.json()["task_id"]) == (True, task)
        assert answer.json()["message"] == "Task cancelled successfully"
    assert workers.do("report_job", task, 1, 50, "processing_audio") is False
    assert workers.do("finish_job", task, 1, Jsonb({})) is False
    assert (await read(ada, task))["status"] == "cancelled"


async def test_what_is_over_cannot_be_cancelled(ada: Person, workers: Workers) -> None:
    task = workers.enqueue(ada, await ada.new_session())
    workers.do("fail_job", task, 0, "the engine is busy", "engine-busy")
    answer = await ada.send("DELETE", f"/api/v2/tasks/{task}")
    assert (answer.status_code, answer.json()["code"]) == (409, "task-finished")
    assert "failed" in answer.json()["detail"]


async def test_tasks_of_others_cannot_be_told_from_ones_that_do_not_exist(
    ada: Person, bob: Person, workers: Workers
) -> None:
    session = await ada.new_session()
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    task = workers.enqueue(ada, session)
    details = set()
    for name in (task, str(uuid4()), "nonsense", "ai-summary-1-2", "a%00b", "null"):
        for method, suffix in (("GET", ""), ("GET", "/status"), ("DELETE", "")):
            answer = await bob.send(method, f"/api/v2/tasks/{name}{suffix}")
            assert (answer.status_code, answer.json()["code"]) == (404, "task-not-found")
            details.add(answer.json()["detail"])
    assert len(details) == 1
    assert (await read(ada, task))["status"] == "pending"


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("GET", "/status"), ("DELETE", "")])
async def test_a_client_without_a_task_id_is_told_so(ada: Person, method: str, suffix: str) -> None:
    answer = await ada.send(method, f"/api/v2/tasks/undefined{suffix}")
    told = answer.json()
    assert answer.status_code == 200
    assert (told["success"], told["message"], told["task_id"]) == (False, "Invalid task ID", "undefined")
    assert told["status"] == "error"
    assert told["error"]


@pytest.mark.parametrize("task", ["undefined", "0a6c7b5e-55f0-4b2c-9d8a-0d7f0a1b2c3d"])
async def test_nobody_reads_tasks_without_signing_in(ada: Person, task: str) -> None:
    for method in ("GET", "DELETE"):
        answer = await ada.api.request(method, f"/api/v2/tasks/{task}")
        assert answer.status_code == 401


async def test_a_task_is_followed_from_change_to_change(ada: Person, bob: Person, workers: Workers) -> None:
    task = workers.enqueue(ada, await ada.new_session())
    assert (await bob.get(f"/api/v2/tasks/{task}/events")).status_code == 404
    following = asyncio.create_task(ada.get(f"/api/v2/tasks/{task}/events"))
    assert (await ada.send("DELETE", f"/api/v2/tasks/{task}")).status_code == 200
    async with asyncio.timeout(40):
        told = (await following).text
    lines = [line.removeprefix("data: ") for line in told.splitlines() if line.startswith("data: ")]
    assert json.loads(lines[-1])["status"] == "cancelled"


PATH = "/api/v2/tasks"


async def listed(person: Person, query: str = "") -> list[str]:
    answer = await person.send("GET", f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    return [task["task_id"] for task in answer.json()]


async def test_tasks_are_listed_newest_first_and_narrowed_down(ada: Person, workers: Workers) -> None:
    session, other = await ada.new_session(), await ada.new_session("Other")
    heard = workers.enqueue(ada, session, "transcribe")
    summed_up = workers.enqueue(ada, session, "summarize")
    elsewhere = workers.enqueue(ada, other, "transcribe")
    workers.do("fail_job", heard, 0, "the engine is busy", "engine-busy")
    assert await listed(ada) == [elsewhere, summed_up, heard]
    for name in (session["id"], room_name(UUID(session["id"]))):
        assert await listed(ada, f"session_id={name}") == [summed_up, heard]
    assert await listed(ada, "kind=transcribe") == [elsewhere, heard]
    assert await listed(ada, "kind=transcribe&kind=summarize&kind=summarize") == [elsewhere, summed_up, heard]
    assert await listed(ada, "ready=false") == [elsewhere, summed_up]
    assert await listed(ada, f"ready=true&kind=transcribe&session_id={session['id']}") == [heard]
    [task] = (await ada.send("GET", f"{PATH}?ready=true")).json()
    assert set(task) == FIELDS
    assert (task["error"], task["error_code"]) == ("the engine is busy", "engine-busy")
    assert (task["token_usage"], task["cost_cents"]) == ({"prompt_tokens": 0, "completion_tokens": 0}, 0)


async def test_pages_of_tasks_lead_to_each_other(ada: Person, workers: Workers) -> None:
    session = await ada.new_session()
    tasks = [workers.enqueue(ada, session, kind) for kind in ("transcribe", "summarize", "transcribe")]
    for query in ("limit=1", "limit=1&kind=transcribe&kind=summarize", f"limit=1&session_id={session['id']}"):
        found, address = [], f"{PATH}?{query}"
        while address:
            answer = await ada.send("GET", address)
            found += [task["task_id"] for task in answer.json()]
            address = answer.links.get("next", {}).get("url", "")
        assert found == tasks[::-1]


async def test_a_list_of_tasks_is_sent_again_only_after_a_change(ada: Person, workers: Workers) -> None:
    session = await ada.new_session()
    tasks = [workers.enqueue(ada, session, kind) for kind in ("transcribe", "summarize")]
    tag = (await ada.get(PATH)).headers["etag"]

    async def again() -> int:
        headers = {**ada.headers, "if-none-match": tag}
        return (await ada.api.get(PATH, headers=headers)).status_code

    assert await again() == 304
    workers.do("start_job", tasks[0])
    assert await again() == 200


async def test_who_takes_part_lists_own_tasks_alone_and_strangers_no_session(
    ada: Person, bob: Person, workers: Workers
) -> None:
    session = await ada.new_session()
    workers.enqueue(ada, session, "transcribe")
    address = f"{PATH}?session_id={session['id']}"
    details = set()
    for name in (session["id"], room_name(UUID(session["id"])), str(uuid4()), "nonsense", "a%00b"):
        answer = await bob.send("GET", f"{PATH}?session_id={name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "session-not-found")
        details.add(answer.json()["detail"])
    assert len(details) == 1
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    assert (await bob.send("GET", address)).json() == (await bob.get(PATH)).json() == []
    own = workers.enqueue(bob, session, "second_pass")
    assert await listed(bob, f"session_id={session['id']}") == [own]


@pytest.mark.parametrize(
    "query", ["kind=dance", "limit=0", "limit=101", "ready=perhaps", "cursor=guess", "cursor="]
)
async def test_a_list_of_tasks_that_makes_no_sense_is_refused(ada: Person, query: str) -> None:
    answer = await ada.send("GET", f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_nobody_lists_tasks_without_signing_in(ada: Person) -> None:
    assert (await ada.api.get(PATH)).status_code == 401


async def test_a_stream_ends_with_the_session_of_its_task(ada: Person, workers: Workers) -> None:
    session = await ada.new_session()
    task = workers.enqueue(ada, session)
    following = asyncio.create_task(ada.get(f"/api/v2/tasks/{task}/events"))
    assert (await ada.send("DELETE", f"/api/v1/sessions/{session['id']}")).status_code == 200
    async with asyncio.timeout(40):
        assert (await following).status_code in {200, 404}


async def test_however_many_follow_the_database_is_asked_once(
    ada: Person, workers: Workers, servers: Servers
) -> None:
    session = await ada.new_session()
    tasks = [UUID(workers.enqueue(ada, session)) for _ in range(3)]
    database = Counting(servers.database_url, connections=2)
    await database.open()
    feeds = TaskFeeds(database)
    running = asyncio.create_task(feeds.run())
    try:
        async with asyncio.timeout(40):
            with ExitStack() as stack:
                followers = [stack.enter_context(feeds.following(each)) for each in tasks * 10]
                for _ in range(2):
                    jobs = await asyncio.gather(*(follower() for follower in followers))
                    assert [job and job.id for job in jobs] == tasks * 10
                with feeds.following(uuid4()) as unknown:
                    assert await unknown() is None
        assert database.asked <= 4
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()


class Counting(Database):
    """Knows how often it was asked."""

    asked = 0

    @asynccontextmanager
    async def as_service(self) -> AsyncIterator[Connection]:
        self.asked += 1
        async with super().as_service() as connection:
            yield connection

"""How much one account may have waiting, and what is not queued twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from api_service.auth.verifier import Claims
from api_service.database import Database
from api_service.runtime import Caller
from api_service.sessions.retranscribing import hear_again
from api_service.sessions.service import SessionNotFound
from api_service.tasks import service as tasks
from api_service.users import repository as users
from tests.integration.api_service.audio.uploads import upload
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.requests import send
from tests.integration.api_service.jobs.services import recording
from tests.servers import Servers

pytestmark = pytest.mark.integration

MOST = 50


@pytest.fixture
def admin(servers: Servers) -> Iterator[psycopg.Connection]:
    with psycopg.connect(servers.database_admin_url, autocommit=True) as connection:
        yield connection


def wait_for(admin: psycopg.Connection, person: Person, session_id: str, *, jobs: int) -> None:
    """Jobs that nobody works on."""
    query = """
        insert into public.jobs (user_id, session_id, kind)
        select %s, %s, 'nothing' from generate_series(1, %s)
    """
    admin.execute(query, [person.id, session_id, jobs])


def waiting(admin: psycopg.Connection, session_id: str, kind: str) -> list[tuple[str, dict[str, object]]]:
    query = """
        select user_id::text, settings from public.jobs
        where session_id = %s and kind = %s and status = 'pending'
    """
    return admin.execute(query, [session_id, kind]).fetchall()


def queued(admin: psycopg.Connection, session_id: str) -> int:
    """How often workers will be told of the jobs of a session."""
    query = """
        select count(*) from procrastinate.procrastinate_jobs
        where args ->> 'job_id' in (select id::text from public.jobs where session_id = %s)
    """
    row = admin.execute(query, [session_id]).fetchone()
    assert row
    return int(row[0])


def record(admin: psycopg.Connection, person: Person, session_id: str) -> None:
    """The recording of a meeting that is over: of everybody, and of one voice."""
    for kind, identity in (("mix", None), ("participant", f"intrascribe_user_{person.id}_1")):
        file_id, path = uuid4(), f"audio/{uuid4()}"
        admin.execute("select internal.reserve_object(%s)", [path])
        query = """
            insert into public.audio_files
              (id, session_id, user_id, original_filename, file_size_bytes, kind, participant_identity)
            values (%s, %s, %s, 'recording.ogg', 1, %s, %s)
        """
        admin.execute(query, [file_id, session_id, person.id, kind, identity])
        query = """
            select internal.complete_audio_file(
              %s, %s, 'local', 1, repeat('0', 64), 5, 'ogg', 'audio/ogg', 48000, 1
            )
        """
        admin.execute(query, [file_id, path])
    admin.execute("update public.recording_sessions set status = 'completed' where id = %s", [session_id])


async def with_recording(person: Person) -> dict[str, str]:
    session = await person.new_session()
    answer = await upload(person, session, recording(1, seconds=2))
    assert answer.status_code == 200, answer.text
    return session


async def test_who_asks_twice_for_the_same_gets_the_same_task(ada: Person, admin: psycopg.Connection) -> None:
    session = await with_recording(ada)
    path = f"/api/v2/sessions/{session['id']}/retranscribe"
    answers = await asyncio.gather(*(ada.post(path, {}) for _ in range(4)))
    assert {each.status_code for each in answers} == {202}
    assert len({each.json()["task_id"] for each in answers}) == 1
    other = await ada.post(f"{path}?language=fr", {})
    assert other.json()["task_id"] != answers[0].json()["task_id"]
    assert len(waiting(admin, session["id"], "transcribe")) == queued(admin, session["id"]) == 2


async def test_a_file_that_waits_for_its_transcript_is_not_queued_again(
    ada: Person, admin: psycopg.Connection
) -> None:
    session = await with_recording(ada)
    [file] = (await ada.get(f"/api/v1/sessions/{session['id']}/audio_files")).json()
    path = f"/api/v1/transcriptions/batch?session_id={session['id']}&audio_file_id={file['id']}"
    headers = ada.headers | {"prefer": "respond-async"}
    answers = [await ada.api.post(path, headers=headers) for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 202]
    assert len({each.json()["task_id"] for each in answers}) == 1
    assert [each.json()["known"] for each in answers] == [False, True]
    assert queued(admin, session["id"]) == 1


async def test_a_meeting_waits_once_to_be_heard_again(
    ada: Person, bob: Person, admin: psycopg.Connection
) -> None:
    session = await ada.new_session()
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    record(admin, ada, session["id"])
    path = f"/api/v2/sessions/{session['id']}/microphones"
    for shared in (True, False, True):
        marked = await bob.send("PUT", f"{path}/{bob.id}", {"shared": shared})
        assert (marked.status_code, marked.json()["task_id"]) == (200, None)
    # Whoever takes part says how a microphone is used, and not which version counts.
    assert waiting(admin, session["id"], "second_pass") == [
        (ada.id, {"language": "en-US", "is_chosen": False})
    ]
    given = set()
    for shared in (True, False):
        marked = await ada.send("PUT", f"{path}/{ada.id}", {"shared": shared})
        given.add(marked.json()["task_id"])
    again = await ada.post(f"/api/v2/sessions/{session['id']}/retranscribe?language=en-US", {})
    assert given == {again.json()["task_id"]}
    assert (await ada.get(again.json()["poll_url"])).json()["kind"] == "second_pass"
    assert waiting(admin, session["id"], "second_pass") == [
        (ada.id, {"language": "en-US", "is_chosen": True})
    ]
    assert queued(admin, session["id"]) == 1


async def test_an_account_has_a_bounded_number_of_tasks_whoever_asks_at_once(
    ada: Person, bob: Person, admin: psycopg.Connection
) -> None:
    sessions = [await with_recording(ada) for _ in range(3)]
    wait_for(admin, ada, sessions[0]["id"], jobs=MOST - 1)
    paths = [f"/api/v2/sessions/{session['id']}/retranscribe" for session in sessions]
    answers = await asyncio.gather(*(ada.post(path, {}) for path in paths))
    assert sorted(each.status_code for each in answers) == [202, 429, 429]
    refused = next(each for each in answers if each.status_code == 429)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("too-many-tasks", "30")
    sent = await send(ada, recording(1, seconds=2), prefer="respond-async")
    assert (sent.status_code, sent.json()["code"]) == (429, "too-many-tasks")
    assert (await send(bob, recording(1, seconds=2), prefer="respond-async")).status_code == 202


async def test_an_account_that_ends_while_its_recording_arrives_is_an_expected_end(
    ada: Person, admin: psycopg.Connection
) -> None:
    boundary = "frontier"
    head = (
        f'--{boundary}\r\ncontent-disposition: form-data; name="audio_file"; filename="a.wav"\r\n\r\n'
    ).encode()

    async def arriving() -> AsyncIterator[bytes]:
        yield head + recording(1, seconds=2)
        await asyncio.to_thread(admin.execute, "delete from auth.users where id = %s", [ada.id])
        yield f"\r\n--{boundary}--\r\n".encode()

    kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
    answer = await ada.api.post(
        "/api/v1/transcriptions/batch", content=arriving(), headers=ada.headers | kind
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), answer.text


async def test_a_session_that_is_deleted_while_one_asks_is_not_there(ada: Person, servers: Servers) -> None:
    database = Database(servers.database_url, connections=1)
    await database.open()
    try:
        claims = Claims(UUID(ada.id), role="authenticated", expires_at=0.0).for_database()
        async with database.as_user(claims) as connection:
            user = await users.find(connection, UUID(ada.id))
            assert user
            caller, gone = Caller(user, connection), uuid4()
            with pytest.raises(SessionNotFound):
                await tasks.queue(caller, gone, kind="transcribe", settings={})
            with pytest.raises(SessionNotFound):
                await hear_again(caller, gone, language=None, is_chosen=True)
    finally:
        await database.close()

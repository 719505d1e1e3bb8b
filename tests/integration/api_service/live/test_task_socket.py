"""A task over a WebSocket: the same changes, the same right to see them."""

import json
from uuid import UUID

import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from api_service.database import Connection
from api_service.minutes.sections import SectionReady, SectionStream
from tests.integration.api_service.live.meetings import Meeting
from tests.integration.api_service.live.members import Member
from tests.integration.api_service.live.serving import Api
from tests.integration.api_service.live.test_socket import closed, offered, refused, take

pytestmark = pytest.mark.integration


@pytest.fixture
async def task(admin: Connection, meeting: Meeting) -> UUID:
    query = """
        insert into public.jobs (user_id, session_id, kind)
        select user_id, id, 'retranscribe' from public.recording_sessions where id = %s returning id
    """
    row = await (await admin.execute(query, [meeting.id])).fetchone()
    assert row
    found: UUID = row["id"]
    return found


def address(api: Api, task: UUID) -> str:
    return str(api.http.base_url).rstrip("/").replace("http", "ws", 1) + f"/api/v2/tasks/{task}/ws"


async def test_a_task_is_told_from_change_to_change_and_its_end_closes(
    api: Api, meeting: Meeting, admin: Connection, task: UUID
) -> None:
    headers = await api.sign_in(meeting)
    async with connect(address(api, task), subprotocols=offered(headers), proxy=None) as socket:
        assert status_in(await take(socket)) == "pending"
        await admin.execute("update public.jobs set status = 'started', progress = 40 where id = %s", [task])
        assert status_in(await take(socket)) == "started"
        await admin.execute(
            "update public.jobs set status = 'success', result = '{}', completed_at = now() where id = %s",
            [task],
        )
        assert status_in(await take(socket)) == "success"
        assert await closed(socket) == 1000


async def test_sections_of_minutes_are_told_as_they_are_ready(
    api: Api, meeting: Meeting, admin: Connection, redis: Redis, task: UUID
) -> None:
    await admin.execute(
        "update public.jobs set kind = 'summarize', status = 'started', started_at = now() where id = %s",
        [task],
    )
    await SectionStream(redis).tell(task, [SectionReady(task_id=task, name="title", items=["Launch"])])
    headers = await api.sign_in(meeting)
    async with connect(address(api, task), subprotocols=offered(headers), proxy=None) as socket:
        told = await take(socket)
        assert told == {
            "event": "section",
            "data": {"task_id": str(task), "name": "title", "items": ["Launch"]},
        }
        assert status_in(await take(socket)) == "started"


async def test_tasks_of_others_cannot_be_told_from_ones_that_do_not_exist(
    api: Api, stranger: Member, task: UUID
) -> None:
    for url in (address(api, task), address(api, UUID(int=1))):
        status, body = await refused(api, url, additional_headers=stranger.headers)
        assert (status, body["code"]) == (404, "task-not-found")


async def test_a_client_may_sign_in_with_its_first_message(api: Api, meeting: Meeting, task: UUID) -> None:
    headers = await api.sign_in(meeting)
    token = headers["authorization"].removeprefix("Bearer ")
    async with connect(address(api, task), proxy=None) as socket:
        await socket.send(json.dumps({"type": "authenticate", "token": token}))
        assert status_in(await take(socket)) == "pending"
    async with connect(address(api, task), proxy=None) as socket:
        await socket.send(json.dumps({"type": "authenticate", "token": "none"}))
        assert (await take(socket))["event"] == "problem"
        assert await closed(socket) == 4401


def status_in(message: dict[str, object]) -> object:
    assert message["event"] == "task"
    assert isinstance(message["data"], dict)
    return message["data"]["status"]

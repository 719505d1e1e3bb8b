"""Automatic minutes have the words that came or were corrected after these were read, in whichever order."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.makers import Hands, ScriptedMaker, hands
from tests.scripted import until
from tests.servers import Servers

pytestmark = pytest.mark.integration


@pytest.fixture
def maker() -> ScriptedMaker:
    return ScriptedMaker()


@pytest.fixture
async def worker(settings: ApiSettings, maker: ScriptedMaker) -> AsyncIterator[Hands]:
    async with hands(settings, maker) as ready:
        yield ready


class Meeting:
    """A meeting of somebody who wants minutes by themselves, as the service and the second pass see it."""

    def __init__(self, servers: Servers, person: Person, session: str) -> None:
        self.person = person
        self.session = session
        self._address = servers.database_admin_url

    def run(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self._address, autocommit=True) as admin:
            cursor = admin.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def hear(self, *numbers: int) -> None:
        """What the sink does with finals."""
        self.run("select internal.store_captions(%s::jsonb)", self.captions(*numbers))

    def captions(self, *numbers: int) -> str:
        captions = [
            {
                "session_id": self.session,
                "segment_id": f"track:{number}",
                "revision": 0,
                "final": True,
                "text": f"Sentence {number}.",
                "start": number,
                "end": number + 1,
                "participant_identity": "ada",
                "participant_name": f"Speaker {number}",
            }
            for number in numbers
        ]
        return json.dumps(captions)

    def become(self, status: str) -> None:
        """What presence does."""
        self.run("select internal.set_session_status(%s, %s, now())", self.session, status)

    def second_pass(self, number: int | None) -> None:
        """Which corrects one segment, or finds nothing to correct."""
        if number is not None:
            self.run(
                "update public.transcript_segments set text = 'Corrected.', revision = revision + 1"
                " where session_id = %s and segment_id = %s",
                self.session,
                f"track:{number}",
            )
        self.run(
            "update public.transcriptions set second_pass_at = now() where session_id = %s", self.session
        )

    def tasks(self) -> list[str]:
        found = self.run(
            "select id from public.jobs where session_id = %s and kind = 'summarize' order by created_at",
            self.session,
        )
        return [str(job) for (job,) in found]

    async def summaries(self) -> list[dict[str, object]]:
        answer = await self.person.get(f"/api/v2/sessions/{self.session}/ai-summaries")
        listed: list[dict[str, object]] = answer.json()
        return listed

    async def evidence(self) -> list[str]:
        """Of the newest minutes."""
        [newest, *_] = await self.summaries()
        minutes = newest["minutes"]
        assert isinstance(minutes, dict)
        return [line["segment_ids"][0] for line in minutes["key_points"]]


@asynccontextmanager
async def being_written(meeting: Meeting, worker: Hands, maker: ScriptedMaker) -> AsyncIterator[str]:
    """The task that makes minutes of what was said until now; it waits for the end of the block."""
    meeting.become("completed")
    [task] = meeting.tasks()
    maker.let.clear()
    doing = asyncio.create_task(worker.do(task))
    async with asyncio.timeout(40):
        await maker.title_told.wait()
        yield task
        maker.let.set()
        assert await doing


@pytest.fixture
async def meeting(ada: Person, servers: Servers) -> Meeting:
    """One that has begun."""
    answer = await ada.send("PUT", "/api/v1/users/preferences", {"auto_summary": True, "auto_title": True})
    assert answer.status_code == 200, answer.text
    begun = await ada.post("/api/v1/livekit/connection-details", {"language": "en-US"})
    begun_meeting = Meeting(servers, ada, begun.json()["sessionId"])
    begun_meeting.become("recording")
    return begun_meeting


@pytest.fixture
async def ended(meeting: Meeting, worker: Hands) -> Meeting:
    """One that is over and has its minutes."""
    meeting.hear(1)
    meeting.become("completed")
    [task] = meeting.tasks()
    assert await worker.do(task)
    assert await meeting.evidence() == ["track:1"]
    assert meeting.tasks() == [task]
    return meeting


async def test_words_that_come_while_minutes_are_written_are_in_their_next_version(
    meeting: Meeting, worker: Hands, maker: ScriptedMaker
) -> None:
    meeting.hear(1)
    async with being_written(meeting, worker, maker) as task:
        meeting.hear(2)
        meeting.hear(3)
        assert meeting.tasks() == [task]
    [_, renewal] = meeting.tasks()
    assert await worker.do(renewal)
    assert await meeting.evidence() == ["track:1", "track:2", "track:3"]
    newer, older = await meeting.summaries()
    assert (newer["version"], newer["series_id"]) == (2, older["series_id"])
    assert meeting.tasks() == [task, renewal]


async def test_words_that_are_being_stored_when_minutes_are_wait_for_no_third_chance(
    meeting: Meeting, worker: Hands, maker: ScriptedMaker, servers: Servers
) -> None:
    meeting.hear(1)
    waits = "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like %s"
    async with being_written(meeting, worker, maker):
        with psycopg.connect(servers.database_admin_url) as sink:
            sink.execute("select internal.store_captions(%s::jsonb)", [meeting.captions(2)])
            maker.let.set()
            await until(lambda: bool(meeting.run(waits, "%store_minutes%")))
    assert len(meeting.tasks()) == 2


async def test_words_that_come_after_minutes_are_in_their_next_version_together(
    ended: Meeting, worker: Hands
) -> None:
    ended.hear(2)
    ended.hear(3)
    [_, renewal] = ended.tasks()
    assert await worker.do(renewal)
    assert await ended.evidence() == ["track:1", "track:2", "track:3"]
    ended.hear(3)
    assert len(ended.tasks()) == 2


async def test_what_a_second_pass_corrects_while_minutes_are_written_is_in_their_next_version(
    meeting: Meeting, worker: Hands, maker: ScriptedMaker
) -> None:
    meeting.hear(1, 2)
    async with being_written(meeting, worker, maker) as task:
        meeting.second_pass(2)
        assert meeting.tasks() == [task]
    assert len(meeting.tasks()) == 2


async def test_what_a_second_pass_corrects_afterwards_is_in_their_next_version_once(
    ended: Meeting, worker: Hands
) -> None:
    ended.second_pass(1)
    ended.hear(2)
    [_, renewal] = ended.tasks()
    assert await worker.do(renewal)
    ended.second_pass(None)
    assert len(ended.tasks()) == 2


async def test_words_that_come_after_a_meeting_in_which_nothing_was_said_get_minutes(
    meeting: Meeting, worker: Hands
) -> None:
    meeting.become("completed")
    [task] = meeting.tasks()
    assert await worker.do(task)
    assert await meeting.summaries() == []
    meeting.hear(1)
    [_, renewal] = meeting.tasks()
    assert await worker.do(renewal)
    assert await meeting.evidence() == ["track:1"]


async def test_what_people_correct_is_no_reason_for_other_minutes(
    meeting: Meeting, worker: Hands, maker: ScriptedMaker
) -> None:
    meeting.hear(1, 2)
    path = f"/api/v1/sessions/{meeting.session}/transcript/segments/track:1"
    async with being_written(meeting, worker, maker) as task:
        assert (await meeting.person.send("PATCH", path, {"text": "As I know."})).status_code == 200
    assert (await meeting.person.send("PATCH", path, {"text": "As I know better."})).status_code == 200
    assert meeting.tasks() == [task]


async def test_minutes_that_somebody_has_edited_stay(ended: Meeting) -> None:
    [summary] = await ended.summaries()
    path = f"/api/v2/sessions/{ended.session}/ai-summaries/{summary['id']}"
    assert (await ended.person.send("PUT", path, {"summary": "In my words."})).status_code == 200
    ended.hear(2)
    ended.second_pass(1)
    assert len(ended.tasks()) == 1


async def test_a_meeting_that_goes_on_gets_its_minutes_when_it_ends(ended: Meeting) -> None:
    ended.become("recording")
    ended.hear(2)
    assert len(ended.tasks()) == 1
    ended.become("completed")
    assert len(ended.tasks()) == 2

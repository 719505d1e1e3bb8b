"""What makes itself when a meeting or a recording is complete, if its owner wants that."""

import psycopg
import pytest

from tests.integration.api_service.brought import bring
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.requests import Task, ended, send
from tests.integration.api_service.jobs.services import recording
from tests.servers import Servers

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("working", "script")]

SAID = [
    {"speaker": "Ada", "start_time": 0, "end_time": 2, "text": "The budget report is about the budget."},
    {"speaker": "Bob", "start_time": 3, "end_time": 5, "text": "I'll send the budget report by Friday."},
]
WITHOUT_TITLE = "/api/v1/livekit/connection-details"


async def prefer(person: Person, **preferences: object) -> None:
    answer = await person.send("PUT", "/api/v1/users/preferences", preferences)
    assert answer.status_code == 200, answer.text


def become(servers: Servers, session: str, *statuses: str) -> None:
    """What presence does with a session."""
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        for status in statuses:
            admin.execute(
                "update public.recording_sessions"
                " set status = %s, started_at = coalesce(started_at, now()) where id = %s",
                [status, session],
            )


def correct(servers: Servers, session: str, text: str | None) -> None:
    """What a second pass does with a transcript; it finds nothing to correct without a text."""
    with psycopg.connect(servers.database_admin_url) as admin:
        if text is not None:
            admin.execute(
                "update public.transcript_segments set text = %s, revision = revision + 1"
                " where session_id = %s and segment_id = '000001'",
                [text, session],
            )
        admin.execute(
            "update public.transcriptions set second_pass_at = now() where session_id = %s", [session]
        )


def tasks(servers: Servers, session: str) -> list[str]:
    with psycopg.connect(servers.database_admin_url) as admin:
        query = "select id from public.jobs where session_id = %s and kind = 'summarize' order by created_at"
        return [str(job) for (job,) in admin.execute(query, [session])]


async def ended_soon(person: Person, servers: Servers, task: str) -> Task:
    """Without the moment that a meeting's last captions are given."""
    with psycopg.connect(servers.database_admin_url, autocommit=True) as admin:
        admin.execute("select internal.queue_job(%s)", [task])
    return await ended(person, task)


async def untitled(person: Person) -> str:
    """A meeting that nobody has given a title."""
    answer = await person.post(WITHOUT_TITLE, {"language": "en-US"})
    session: str = answer.json()["sessionId"]
    return session


async def session_of(person: Person, session: str) -> dict[str, object]:
    found: dict[str, object] = (await person.get(f"/api/v1/sessions/{session}")).json()
    return found


async def summaries(person: Person, session: str) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = (await person.get(f"/api/v2/sessions/{session}/ai-summaries")).json()
    return listed


async def test_a_meeting_gets_its_summary_and_its_title_once(ada: Person, servers: Servers) -> None:
    await prefer(ada, auto_summary=True, auto_title=True, summary_style="brief")
    session = await untitled(ada)
    assert (await session_of(ada, session))["title_by"] == "default"
    template = (await ada.post("/api/v1/templates", {"name": "T", "template_content": "{title}"})).json()
    await ada.send("PUT", f"/api/v1/sessions/{session}/template", {"template_id": template["id"]})
    become(servers, session, "recording")
    await bring(ada, session, segments=SAID)
    become(servers, session, "completed")
    [task] = tasks(servers, session)
    done = await ended_soon(ada, servers, task)
    assert done["status"] == "success", done
    [summary] = await summaries(ada, session)
    named = await session_of(ada, session)
    assert (named["title"], named["title_by"]) == (summary["summary"], "automatic")
    assert "udget" in str(named["title"])
    assert summary["template_id"] == template["id"]

    # Somebody came back for a moment and said nothing.
    become(servers, session, "recording", "completed")
    assert tasks(servers, session) == [task]
    # And then something.
    become(servers, session, "recording")
    await bring(ada, session, segments=SAID)
    become(servers, session, "completed")
    assert len(tasks(servers, session)) == 2


async def test_words_that_a_second_pass_corrects_are_summarized_again_unless_somebody_edited(
    ada: Person, servers: Servers
) -> None:
    await prefer(ada, auto_summary=True)
    session = await untitled(ada)
    become(servers, session, "recording")
    await bring(ada, session, segments=SAID)
    become(servers, session, "completed")
    [first] = tasks(servers, session)
    assert (await ended_soon(ada, servers, first))["status"] == "success"
    correct(servers, session, "The budget report is about the launch.")
    [_, second] = tasks(servers, session)
    assert (await ended_soon(ada, servers, second))["status"] == "success"
    newer, older = await summaries(ada, session)
    assert (newer["version"], newer["series_id"]) == (2, older["series_id"])
    assert "launch" in str(newer["summary"])
    correct(servers, session, None)
    path = f"/api/v2/sessions/{session}/ai-summaries/{newer['id']}"
    assert (await ada.send("PUT", path, {"summary": "In my words."})).status_code == 200
    correct(servers, session, "The budget report is about the end.")
    assert tasks(servers, session) == [first, second]


async def test_a_title_that_a_person_has_given_stays(ada: Person, servers: Servers) -> None:
    await prefer(ada, auto_summary=True, auto_title=True)
    session = await untitled(ada)
    become(servers, session, "recording")
    await bring(ada, session, segments=SAID)
    become(servers, session, "completed")
    await ada.send("PUT", f"/api/v1/sessions/{session}", {"title": "Ours"})
    [task] = tasks(servers, session)
    result = (await ended_soon(ada, servers, task))["result"]
    assert isinstance(result, dict)
    assert result["title_changed"] is False
    named = await session_of(ada, session)
    assert (named["title"], named["title_by"]) == ("Ours", "person")


async def test_who_wants_only_titles_gets_no_summary(ada: Person, servers: Servers) -> None:
    await prefer(ada, auto_title=True)
    session = await untitled(ada)
    become(servers, session, "recording")
    await bring(ada, session, segments=SAID)
    become(servers, session, "completed")
    [task] = tasks(servers, session)
    assert (await ended_soon(ada, servers, task))["status"] == "success"
    assert (await session_of(ada, session))["title_by"] == "automatic"
    assert await summaries(ada, session) == []
    titled = (await ada.new_session())["id"]
    become(servers, titled, "recording", "completed")
    assert tasks(servers, titled) == []


async def test_a_meeting_in_which_nothing_was_said_has_no_minutes_and_no_failure(
    ada: Person, servers: Servers
) -> None:
    await prefer(ada, auto_summary=True)
    session = (await ada.new_session())["id"]
    become(servers, session, "recording", "completed")
    [task] = tasks(servers, session)
    assert (await ended_soon(ada, servers, task))["result"] == {"message": "Nothing was said"}
    assert await summaries(ada, session) == []


async def test_who_has_not_asked_for_it_gets_nothing(ada: Person, servers: Servers) -> None:
    session = (await ada.new_session())["id"]
    await bring(ada, session, segments=SAID)
    become(servers, session, "recording", "completed")
    assert tasks(servers, session) == []


async def test_a_recording_that_was_sent_is_summarized_when_it_is_transcribed(
    ada: Person, servers: Servers
) -> None:
    await prefer(ada, auto_summary=True, auto_title=True)
    told = (await send(ada, recording(1, 6, seconds=10, salt=21))).json()
    session = told["session_id"]
    [task] = tasks(servers, session)
    assert (await ended(ada, task))["status"] == "success"
    assert len(await summaries(ada, session)) == 1
    assert (await session_of(ada, session))["title_by"] == "automatic"
    # Another transcript is another version, and no reason for other minutes.
    again = await ada.send("POST", f"/api/v2/sessions/{session}/retranscribe")
    assert (await ended(ada, again.json()["task_id"]))["status"] == "success"
    assert tasks(servers, session) == [task]

"""Minutes as tasks: begun, followed, stored in versions, failed and cancelled."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from api_service.llm.bill import Cost
from api_service.minutes.makers import Extractor
from api_service.settings import ApiSettings
from shared.errors import Conflict, UpstreamFailed
from shared.inference import InferenceWorker
from tests.integration.api_service.brought import bring, patch, segment
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.makers import Hands, ScriptedMaker, hands
from tests.servers import Servers

pytestmark = pytest.mark.integration

SAID = [
    {"speaker": "Ada", "start_time": 0, "end_time": 2, "text": "The budget report is late."},
    {"speaker": "Bob", "start_time": 3, "end_time": 5, "text": "I'll send it by Friday."},
]


class Refused(Conflict):
    code, title = "content-refused", "The model refuses"


@pytest.fixture
def maker() -> ScriptedMaker:
    return ScriptedMaker()


@pytest.fixture
async def worker(settings: ApiSettings, maker: ScriptedMaker) -> AsyncIterator[Hands]:
    async with hands(settings, maker) as ready:
        yield ready


async def talk(person: Person) -> str:
    """A session in which something was said."""
    session = (await person.new_session())["id"]
    answer = await bring(person, session, segments=SAID)
    assert answer.status_code == 200, answer.text
    return session


async def begin(person: Person, session: str, body: object = None, query: str = "") -> str:
    answer = await person.send("POST", f"/api/v2/sessions/{session}/ai-summary{query}", body)
    assert answer.status_code == 202, answer.text
    task: str = answer.json()["task_id"]
    return task


async def task_of(person: Person, task: str) -> dict[str, object]:
    found: dict[str, object] = (await person.get(f"/api/v2/tasks/{task}")).json()
    return found


async def summaries(person: Person, session: str) -> list[dict[str, object]]:
    answer = await person.get(f"/api/v2/sessions/{session}/ai-summaries")
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, object]] = answer.json()
    return listed


async def made(person: Person, worker: Hands, session: str, body: object = None) -> dict[str, object]:
    task = await begin(person, session, body)
    assert await worker.do(task)
    [newest, *_] = await summaries(person, session)
    assert newest["task_id"] == task
    return newest


def events(stream: httpx.Response) -> list[tuple[str, dict[str, object]]]:
    blocks = [block for block in stream.text.split("\n\n") if "data: " in block]
    lines = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
    return [(line["event"], json.loads(line["data"])) for line in lines]


async def test_a_summary_is_a_task_and_then_stored_with_its_evidence(
    ada: Person, worker: Hands, maker: ScriptedMaker
) -> None:
    session = await talk(ada)
    answer = await ada.post(
        f"/api/v2/sessions/intrascribe_room_{session}/ai-summary",
        {"instructions": "Be kind.", "language": "de"},
    )
    begun = answer.json()
    assert (answer.status_code, begun["status"], begun["success"]) == (202, "pending", True)
    assert answer.headers["location"] == begun["poll_url"] == f"/api/v2/tasks/{begun['task_id']}"
    assert begun["estimated_duration"] == 30
    assert await worker.do(begun["task_id"])
    task = await task_of(ada, begun["task_id"])
    assert (task["status"], task["kind"]) == ("success", "summarize")
    result = task["result"]
    assert isinstance(result, dict)
    [summary] = await summaries(ada, session)
    assert result["summary_id"] == summary["id"]
    assert (result["session_id"], result["status"]) == (session, "completed")
    assert (result["summary"], result["key_points"]) == ("Ada spoke", ["Ada spoke", "Bob spoke"])
    assert (result["model_used"], result["cost_cents"], result["dropped_items"]) == ("scripted-1", 0.25, 1)
    assert result["token_usage"] == {"prompt_tokens": 10, "completion_tokens": 5}
    assert result["processing_time_ms"] >= 0
    assert result["created_at"]
    assert (summary["origin"], summary["ai_model"], summary["language"]) == ("written", "scripted-1", "de")
    assert (summary["instructions"], summary["version"]) == ("Be kind.", 1)
    assert summary["transcription_id"]
    minutes = summary["minutes"]
    assert isinstance(minutes, dict)
    assert minutes["key_points"][1]["segment_ids"] == ["000002"]
    assert (minutes["dropped_items"], summary["notice"]) == (1, None)
    [wishes] = maker.asked
    assert (wishes.language, wishes.instructions) == ("de", "Be kind.")


async def test_quotations_are_in_the_language_of_the_meeting_whatever_was_asked(
    ada: Person, settings: ApiSettings
) -> None:
    session = await talk(ada)
    extraction = InferenceWorker(name="minutes", max_waiting=4)
    try:
        async with hands(settings, Extractor(extraction)) as quoting:
            summary = await made(ada, quoting, session, {"language": "de"})
    finally:
        extraction.close()
    assert (summary["origin"], summary["language"]) == ("extracted", "en")
    assert summary["notice"] == "Quoted automatically, to be confirmed:"


async def spent(person: Person, task: str) -> tuple[object, object]:
    told = await task_of(person, task)
    return told["token_usage"], told["cost_cents"]


async def test_what_all_attempts_have_spent_is_on_the_task(
    ada: Person, worker: Hands, maker: ScriptedMaker
) -> None:
    session = await talk(ada)
    maker.failures = [UpstreamFailed("gone"), UpstreamFailed("gone")]
    task = await begin(ada, session)
    assert [await worker.do(task) for _ in range(3)] == [False, False, True]
    [summary] = await summaries(ada, session)
    assert (summary["token_usage"], summary["cost_cents"]) == (
        {"prompt_tokens": 30, "completion_tokens": 15},
        0.75,
    )
    maker.failures = [Refused("no")]
    failing = await begin(ada, session)
    assert await worker.do(failing)
    assert await spent(ada, failing) == ({"prompt_tokens": 10, "completion_tokens": 5}, 0.25)
    assert await spent(ada, task) == ({"prompt_tokens": 30, "completion_tokens": 15}, 0.75)


async def test_a_sum_with_something_unknown_in_it_is_unknown(
    ada: Person, worker: Hands, maker: ScriptedMaker, servers: Servers
) -> None:
    maker.failures = [UpstreamFailed("gone")]
    maker.costs = [Cost(10, None, None), Cost(10, 5, 0.25)]
    task = await begin(ada, await talk(ada))
    assert [await worker.do(task) for _ in range(2)] == [False, True]
    assert await spent(ada, task) == ({"prompt_tokens": 20}, None)
    async with await psycopg.AsyncConnection.connect(servers.database_admin_url) as admin:
        cursor = await admin.execute("select known_cents from public.jobs where id = %s", [task])
        assert await cursor.fetchone() == (0.25,)


async def test_a_template_is_filled_and_the_sessions_own_is_the_default(ada: Person, worker: Hands) -> None:
    session = await talk(ada)
    ids = []
    for content in ("# {title}: {participants}", "{key_points}"):
        answer = await ada.post("/api/v1/templates", {"name": "T", "template_content": content})
        ids.append(answer.json()["id"])
    await ada.send("PUT", f"/api/v1/sessions/{session}/template", {"template_id": ids[0]})
    first = await made(ada, worker, session)
    assert (first["summary"], first["template_id"]) == ("# Weekly: Ada, Bob", ids[0])
    task = await begin(ada, session, query=f"?template_id={ids[1]}")
    assert await worker.do(task)
    second = (await summaries(ada, session))[0]
    assert second["summary"] == "- Ada spoke\n- Bob spoke"
    assert (await made(ada, worker, session, {"template_id": None}))["summary"] == "Ada spoke"
    assert [each["is_latest"] for each in await summaries(ada, session)] == [True] * 3


async def test_a_renamed_speaker_is_renamed_in_minutes_without_another_task(
    ada: Person, bob: Person, worker: Hands
) -> None:
    session = await ada.new_session()
    await bring(ada, session["id"], segments=SAID)
    summary = await made(ada, worker, session["id"])
    renaming = {"oldSpeaker": "Ada", "newSpeaker": "Countess"}
    assert (await ada.post(f"/api/v1/sessions/{session['id']}/rename-speaker", renaming)).status_code == 200
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    shown = (await bob.get(f"/api/v2/sessions/{session['id']}/ai-summaries/{summary['id']}")).json()
    assert (shown["summary"], shown["key_points"][0]) == ("Countess spoke", "Countess spoke")
    assert shown["minutes"]["key_points"][0]["speaker"] == "Countess"
    assert shown["participants"] == shown["minutes"]["participants"] == ["Countess", "Bob"]
    assert shown["updated_at"]


async def test_what_evidence_says_no_more_is_said_with_the_line(ada: Person, worker: Hands) -> None:
    session = await talk(ada)
    summary = await made(ada, worker, session)
    await patch(ada, segment(session, "000001"), {"text": "The budget report is early."})
    await patch(ada, segment(session, "000002"), {"text": ""})
    shown = (await ada.get(f"/api/v2/sessions/{session}/ai-summaries/{summary['id']}")).json()
    assert [line["evidence"] for line in shown["minutes"]["key_points"]] == ["changed", "gone"]


async def test_a_new_version_stands_beside_the_one_that_somebody_has_edited(
    ada: Person, worker: Hands, maker: ScriptedMaker
) -> None:
    session = await talk(ada)
    first = await made(ada, worker, session, {"instructions": "Be kind.", "style": "brief"})
    path = f"/api/v2/sessions/{session}/ai-summaries/{first['id']}"
    edited = (await ada.send("PUT", path, {"summary": "In my own words."})).json()
    assert (edited["edited"], edited["key_points"]) == (["summary"], ["Ada spoke", "Bob spoke"])
    answer = await ada.send("POST", f"{path}/regenerate", {"language": "fr"})
    assert answer.status_code == 202, answer.text
    assert await worker.do(answer.json()["task_id"])
    newer, older = await summaries(ada, session)
    assert (older["summary"], older["version"], older["is_latest"]) == ("In my own words.", 1, False)
    assert (newer["summary"], newer["version"], newer["is_latest"]) == ("Ada spoke", 2, True)
    assert newer["series_id"] == older["series_id"]
    assert maker.asked[-1].language == "fr"
    assert maker.asked[-1].instructions == maker.asked[0].instructions


async def test_asking_again_meanwhile_is_the_same_task(ada: Person, worker: Hands) -> None:
    session = await talk(ada)
    task = await begin(ada, session)
    assert await begin(ada, session) == task
    other = await begin(ada, session, {"instructions": "Be kind."})
    assert other != task
    assert (await ada.get(f"/api/v2/sessions/{session}/ai-summary")).json()["task_id"] == other
    assert await worker.do(task)
    assert await begin(ada, session) != task


async def test_so_many_at_once_and_no_more(ada: Person) -> None:
    session = await talk(ada)
    for number in range(4):
        await begin(ada, session, {"instructions": f"Way {number}"})
    answer = await ada.post(f"/api/v2/sessions/{session}/ai-summary", {"instructions": "Way 4"})
    assert (answer.status_code, answer.json()["code"]) == (409, "summaries-waiting")
    assert await begin(ada, session, {"instructions": "Way 3"})


async def test_a_failure_is_named_leaves_what_there_was_and_can_be_tried_again(
    ada: Person, worker: Hands, maker: ScriptedMaker
) -> None:
    session = await talk(ada)
    before = await made(ada, worker, session)
    maker.failures = [UpstreamFailed("The model is away"), Refused("It does not write about this")]
    task = await begin(ada, session)
    assert not await worker.do(task)
    assert (await task_of(ada, task))["status"] == "started"
    assert await worker.do(task)
    failed = (await ada.get(f"/api/v2/sessions/{session}/ai-summary")).json()
    assert (failed["task_id"], failed["status"]) == (task, "failed")
    assert (failed["error_code"], failed["error"]) == ("content-refused", "It does not write about this")
    assert await summaries(ada, session) == [before]
    assert await worker.do(await begin(ada, session))
    assert len(await summaries(ada, session)) == 2


async def test_a_cancelled_task_makes_no_summary(ada: Person, worker: Hands, maker: ScriptedMaker) -> None:
    session = await talk(ada)
    maker.let.clear()
    task = await begin(ada, session)
    doing = asyncio.create_task(worker.do(task))
    async with asyncio.timeout(40):
        await maker.title_told.wait()
        assert (await ada.send("DELETE", f"/api/v2/tasks/{task}")).status_code == 200
        assert await doing
    assert (await task_of(ada, task))["status"] == "cancelled"
    assert await summaries(ada, session) == []


async def test_sections_come_while_they_are_made_and_again_for_who_comes_later(
    ada: Person, bob: Person, worker: Hands, maker: ScriptedMaker
) -> None:
    session = await talk(ada)
    maker.let.clear()
    task = await begin(ada, session)
    doing = asyncio.create_task(worker.do(task))
    async with asyncio.timeout(40):
        await maker.title_told.wait()
        following = [asyncio.create_task(ada.get(f"/api/v2/tasks/{task}/events")) for _ in range(2)]
        assert (await bob.get(f"/api/v2/tasks/{task}/events")).status_code == 404
        maker.let.set()
        assert await doing
        streams = [events(await each) for each in following]
    streams.append(events(await ada.get(f"/api/v2/tasks/{task}/events")))
    for told in streams:
        sections = [(data["name"], data["items"]) for name, data in told if name == "section"]
        assert [name for name, _ in sections] == ["title", "highlights", "key_points"]
        assert sections[0][1] == ["Ada and others"]
        assert isinstance(sections[2][1], list)
        assert sections[2][1][1]["text"] == "Bob spoke"
        assert told[-1][0] == "task"
        assert told[-1][1]["status"] == "success"


async def test_a_session_without_a_transcript_gets_no_task(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    answer = await ada.send("POST", f"/api/v2/sessions/{session}/ai-summary")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-said")
    assert (await ada.get(f"/api/v2/sessions/{session}/ai-summary")).status_code == 404


async def test_members_read_summaries_and_owners_make_them(ada: Person, bob: Person, worker: Hands) -> None:
    session = await ada.new_session()
    await bring(ada, session["id"], segments=SAID)
    summary = await made(ada, worker, session["id"], {"instructions": "Spare Bob."})
    home = f"/api/v2/sessions/{session['id']}"
    again = f"{home}/ai-summaries/{summary['id']}/regenerate"
    for path in (f"{home}/ai-summary", again):
        answer = await bob.send("POST", path)
        assert (answer.status_code, answer.json()["code"]) == (404, "session-not-found")
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    for path in (f"{home}/ai-summary", again):
        answer = await bob.send("POST", path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-owner")
    assert (await bob.get(f"{home}/ai-summaries")).json() == [summary | {"instructions": None}]
    answer = await bob.get(f"{home}/ai-summary")
    assert (answer.status_code, answer.json()["code"]) == (404, "task-not-found")


@pytest.mark.parametrize(
    "body",
    [{"template_id": "x"}, {"language": "English"}, {"instructions": "a\x00"}, {"instructions": "x" * 2001}],
)
async def test_wishes_that_do_not_parse_are_refused(ada: Person, body: object) -> None:
    session = await talk(ada)
    answer = await ada.send("POST", f"/api/v2/sessions/{session}/ai-summary", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_a_template_of_somebody_else_is_not_found(ada: Person, bob: Person) -> None:
    session = await talk(ada)
    template = (await bob.post("/api/v1/templates", {"name": "B", "template_content": "{summary}"})).json()
    answer = await ada.post(f"/api/v2/sessions/{session}/ai-summary", {"template_id": template["id"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "template-not-found")

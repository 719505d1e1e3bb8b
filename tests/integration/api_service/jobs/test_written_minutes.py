"""Minutes that a model writes for a worker, over HTTP, from the task to what people see."""

import json
from pathlib import Path

import pytest

from api_service.settings import ApiSettings
from tests.integration.api_service.brought import bring
from tests.integration.api_service.conftest import Person
from tests.integration.api_service.jobs.requests import ended
from tests.integration.api_service.jobs.services import Script, worker
from tests.integration.api_service.llm.openai_server import Asked, Reply, model_server

pytestmark = pytest.mark.integration

SAID = [
    {"speaker": "Ada", "start_time": 0, "end_time": 2, "text": "We agreed to send the report on Friday."},
    {"speaker": "Bob", "start_time": 3, "end_time": 5, "text": "I will print the report tomorrow."},
]
NOTES = {
    "topics": [{"title": "The report", "ref": 1}],
    "key_points": [{"text": "The report is sent on Friday.", "refs": [1]}],
    "decisions": [],
    "action_items": [{"text": "S1 prints the report.", "refs": [2], "who": "S1", "when": "tomorrow"}],
    "open_questions": [],
}
DIGEST = {
    "title": "Report",
    "summary": [{"text": "The report is sent on Friday, and S1 prints it.", "refs": [1, 2]}],
    "key_points": [{"text": "S1 prints the report.", "refs": [2]}],
}


def writes(asked: Asked) -> Reply:
    return Reply(json.dumps(DIGEST if "<notes>" in asked.messages[-1].content else NOTES))


def refuses(_: Asked) -> Reply:
    return Reply("no such key", status=401)


async def test_minutes_are_written_by_a_model_and_named_by_people(
    ada: Person, settings: ApiSettings, services: Script, tmp_path: Path
) -> None:
    session = (await ada.new_session())["id"]
    await bring(ada, session, segments=SAID)
    home = f"/api/v2/sessions/{session}"
    async with (
        model_server(writes) as server,
        worker(settings, services, tmp_path, API_LLM_MODELS="local/small", API_LLM_BASE_URL=server.address),
    ):
        begun = (await ada.post(f"{home}/ai-summary", {"instructions": "In two sentences."})).json()
        task = await ended(ada, begun["task_id"])
        assert task["status"] == "success", task
        server.script = refuses
        again = (await ada.send("POST", f"{home}/ai-summary")).json()
        failed = await ended(ada, again["task_id"])
    assert (failed["status"], failed["error_code"]) == ("failed", "model-not-configured")
    assert any("In two sentences." in part.content for part in server.asked[0].messages)
    renaming = {"oldSpeaker": "Bob", "newSpeaker": "Robert"}
    await ada.post(f"/api/v1/sessions/{session}/rename-speaker", renaming)
    [summary] = (await ada.get(f"{home}/ai-summaries")).json()
    assert (summary["origin"], summary["ai_model"]) == ("written", "local/small")
    assert summary["summary"] == "The report is sent on Friday, and Robert prints it."
    assert summary["token_usage"] == {"prompt_tokens": 200, "completion_tokens": 40}
    assert summary["cost_cents"] is None
    [item] = summary["minutes"]["action_items"]
    assert (item["text"], item["who"]) == ("Robert prints the report.", "Robert")
    assert (item["segment_ids"], item["evidence"]) == (["000002"], "there")

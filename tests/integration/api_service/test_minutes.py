"""Minutes of sessions and of texts."""

import pytest

from tests.integration.api_service.brought import bring
from tests.integration.api_service.conftest import Person

pytestmark = pytest.mark.integration

SAID = [
    {"speaker": "Ada", "start_time": 0, "end_time": 2, "text": "The budget report for the client is late."},
    {"speaker": "Bob", "start_time": 3, "end_time": 5, "text": "I'll send the budget report by Friday."},
]


async def test_minutes_of_a_session_name_its_segments(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    await bring(ada, session, segments=SAID)
    transcript = (await ada.get(f"/api/v1/sessions/{session}/transcript")).json()["segments"]
    answer = await ada.post(f"/api/v2/sessions/intrascribe_room_{session}/summarize", {})
    assert answer.status_code == 200, answer.text
    minutes = answer.json()
    [task] = minutes["action_items"]
    assert (task["who"], task["when"]) == ("Bob", "by Friday")
    assert task["segment_ids"] == [transcript[1]["segment_id"]]
    assert (minutes["origin"], minutes["model_used"]) == ("extracted", "local/extractive")
    assert minutes["metadata"]["success"]


async def test_a_template_is_filled(ada: Person) -> None:
    made = await ada.post("/api/v1/templates", {"name": "Short", "template_content": "# {participants}"})
    asked = {"transcription_text": "Ada: we ship on Friday.", "template_id": made.json()["id"]}
    assert (await ada.post("/api/v1/summarize", asked)).json()["summary"] == "# Ada"


async def test_a_session_in_which_nothing_was_said_has_no_minutes(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    answer = await ada.post(f"/api/v2/sessions/{session}/summarize", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-said")


async def test_nobody_has_minutes_of_a_session_of_others(ada: Person, bob: Person) -> None:
    session = (await ada.new_session())["id"]
    text = {"transcription_text": "We ship on Friday."}
    for path in ("summarize", "generate-title"):
        answer = await bob.post(f"/api/v2/sessions/{session}/{path}", text)
        assert (answer.status_code, answer.json()["code"]) == (404, "session-not-found")


async def test_quoted_minutes_cost_nothing_and_say_what_they_are(ada: Person) -> None:
    text = {"transcription_text": "Ada: We agreed to ship the report on Friday.\nBob: Good."}
    template = {"name": "Short", "template_content": "## Agreed\n{decisions}"}
    filled = text | {"template_id": (await ada.post("/api/v1/templates", template)).json()["id"]}
    minutes = (await ada.post("/api/v1/summarize", filled)).json()
    assert minutes["token_usage"] == {"prompt_tokens": 0, "completion_tokens": 0}
    assert (minutes["cost_cents"], minutes["dropped_items"]) == (0, 0)
    assert minutes["left_out"] == {"decisions": 0, "action_items": 0, "open_questions": 0}
    assert minutes["notice"] == "Quoted automatically, to be confirmed:"
    assert minutes["summary"].splitlines()[:2] == ["## Agreed", minutes["notice"]]
    title = (await ada.post("/api/v1/generate-title", text)).json()
    assert (title["token_usage"], title["cost_cents"]) == (minutes["token_usage"], 0)


async def test_nobody_is_made_up_of_a_colon(ada: Person) -> None:
    text = "Let's meet at 10:30 tomorrow to review the new budget plan.\n[00:00:10] Alice: hello there"
    minutes = (await ada.post("/api/v1/summarize", {"transcription_text": text})).json()
    assert minutes["participants"] == ["Alice"]
    assert minutes["evidence"][0]["text"] == text.splitlines()[0]


@pytest.mark.parametrize(
    "wish",
    [{"language": "English"}, {"style": "endless"}, {"instructions": "x" * 2001}, {"template_id": "x"}],
)
async def test_wishes_that_do_not_parse_are_refused(ada: Person, wish: dict[str, str]) -> None:
    session = (await ada.new_session())["id"]
    for path in ("/api/v1/summarize", f"/api/v2/sessions/{session}/summarize"):
        answer = await ada.post(path, {"transcription_text": "We ship on Friday."} | wish)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize("text", ["", "   ", "a\x00b"])
async def test_what_is_no_text_is_refused(ada: Person, text: str) -> None:
    assert (await ada.post("/api/v1/summarize", {"transcription_text": text})).status_code == 422

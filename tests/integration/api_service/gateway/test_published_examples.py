"""What the original's documents show a client do, against this API."""

from uuid import UUID

import pytest

from tests.integration.api_service.audio.conftest import tone
from tests.integration.api_service.conftest import Person

pytestmark = pytest.mark.integration

MEETING = {"title": "My Meeting", "language": "zh-CN"}


async def test_a_session_is_created(ada: Person) -> None:
    answer = await ada.post("/api/v1/sessions/", MEETING)
    session = answer.json()
    assert (answer.status_code, session["title"], session["language"]) == (200, "My Meeting", "zh-CN")
    assert session["status"] == "created"
    assert UUID(session["id"]) == UUID(session["session_id"])


async def test_a_client_is_connected_to_a_room(ada: Person) -> None:
    details = (await ada.post("/api/v1/livekit/connection-details", MEETING)).json()
    assert details["serverUrl"].startswith(("ws://", "wss://"))
    assert details["roomName"] == f"intrascribe_room_{details['sessionId']}"
    assert details["participantToken"].count(".") == 2


async def test_what_is_said_is_read_while_it_is_said(ada: Person) -> None:
    session = (await ada.new_session())["id"]
    said = (await ada.get(f"/api/v1/realtime/sessions/{session}/transcription")).json()
    assert (said["session_id"], said["segments"], said["total_segments"]) == (session, [], 0)
    status = (await ada.get(f"/api/v1/realtime/sessions/{session}/status")).json()
    assert (status["session_id"], status["status"], status["participant_count"]) == (session, "created", 0)
    assert {"recording", "transcription_segments", "last_activity", "duration_seconds"} <= status.keys()


async def test_a_template_is_created_and_listed(ada: Person) -> None:
    template = {
        "name": "Meeting Template",
        "template_content": "## Summary\n{summary}\n## Key Points\n{key_points}",
        "category": "meeting",
    }
    created = await ada.post("/api/v1/templates/", template)
    assert created.status_code == 200, created.text
    assert created.json().items() >= template.items()
    listed = (await ada.get("/api/v1/templates/")).json()
    assert created.json()["id"] in [each["id"] for each in listed]


async def test_anybody_may_ask_how_the_service_is(ada: Person) -> None:
    assert (await ada.api.get("/health")).json()["service_name"] == "Intrascribe API Service"
    assert "endpoints" in (await ada.api.get("/info")).json()
    assert (await ada.api.get("/docs")).headers["content-type"].startswith("text/html")


TEXTS = {"transcription_text": "Ada: we ship on Friday. Bob: I write the notes."}


@pytest.mark.parametrize("path", ["/api/v1/summarize", "/api/v1/generate-title"])
async def test_texts_are_summarized_and_named(ada: Person, path: str) -> None:
    answer = await ada.post(path, TEXTS)
    assert answer.status_code == 200
    assert answer.json()["model_used"]


async def test_a_recording_is_taken(ada: Person) -> None:
    answer = await ada.api.post(
        "/api/v1/transcriptions/batch",
        files={"audio_file": ("audio.wav", tone(), "audio/wav")},
        data={"title": "My Meeting"},
        headers=ada.headers | {"prefer": "respond-async"},
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["task_id"]

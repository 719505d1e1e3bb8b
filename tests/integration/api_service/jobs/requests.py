"""What people do with recordings, and what they see of them."""

import asyncio

import httpx
from pydantic import JsonValue

from tests.integration.api_service.conftest import Person

BATCH = "/api/v1/transcriptions/batch"
Task = dict[str, JsonValue]


async def send(
    person: Person,
    file: bytes,
    *,
    prefer: str | None = None,
    form: dict[str, str] | None = None,
    **query: str,
) -> httpx.Response:
    headers = person.headers | ({"prefer": prefer} if prefer else {})
    files = {"audio_file": ("All hands.wav", file, "audio/wav")}
    return await person.api.post(
        BATCH, files=files, data=form or {}, params=query, headers=headers, timeout=60
    )


async def ended(person: Person, task_id: str, *, within: float = 60) -> Task:
    async with asyncio.timeout(within):
        while True:
            answer = await person.get(f"/api/v2/tasks/{task_id}")
            task: Task = answer.json()
            # A request whose connection to the database ends at that moment is told to come again.
            assert answer.status_code in {200, 503}, answer.text
            if answer.status_code == 200 and task["ready"]:
                return task
            await asyncio.sleep(0.05)


async def step(person: Person, task_id: str, wanted: str) -> Task:
    """Wait until a task is at this step."""
    async with asyncio.timeout(60):
        while True:
            progress = (await person.get(f"/api/v2/tasks/{task_id}")).json()["progress"]
            if progress["step"] == wanted:
                return {**progress}
            await asyncio.sleep(0.05)


async def transcript(person: Person, session_id: str) -> list[tuple[str, str, float]]:
    answer = await person.get(f"/api/v1/sessions/{session_id}/transcript")
    assert answer.status_code == 200, answer.text
    return [(each["speaker"], each["text"], each["start_time"]) for each in answer.json()["segments"]]

"""Transcripts that people bring along, for tests of what is done with them."""

import httpx

from tests.integration.api_service.conftest import Person

SEGMENTS = [
    {
        "index": 0,
        "speaker": "Ada",
        "start_time": 0.0,
        "end_time": 1.5,
        "text": "Good morning",
        "is_final": True,
    },
    {"index": 1, "speaker": "Bob", "timestamp": "[00:00:02:000,00:00:03:500]", "text": "早上好 everybody"},
    {"index": 2, "speaker": "Ada", "start_time": 4, "end_time": 5, "text": "Budget", "confidence_score": 0.5},
]
FIRST = 1_000_001


async def bring(person: Person, session: str, **body: object) -> httpx.Response:
    wanted = {"session_id": session, "content": "", "segments": SEGMENTS, "language": "en"} | body
    return await person.post("/api/v1/transcriptions", wanted)


async def put(person: Person, path: str, body: object) -> httpx.Response:
    return await person.api.put(path, json=body, headers=person.headers)


async def patch(person: Person, path: str, body: object, **headers: str) -> httpx.Response:
    return await person.api.patch(path, json=body, headers=person.headers | headers)


async def said(person: Person, session: str) -> list[str]:
    body = (await person.get(f"/api/v1/sessions/{session}/transcript")).json()
    return [f"{each['speaker']}: {each['text']}" for each in body["segments"]]


def segment(session: str, segment_id: str = "000001", rest: str = "") -> str:
    return f"/api/v1/sessions/{session}/transcript/segments/{segment_id}{rest}"

"""What a client does to bring a file into a session."""

import asyncio
import hashlib

import httpx

from api_service.audio.keeper import ObjectKeeper
from api_service.database import Database
from shared.storage import ObjectMissing, Storage
from tests.integration.api_service.conftest import Person

PLACE = "/api/v1/sessions/{session}/audio_files"


def files(session: dict[str, str]) -> str:
    return PLACE.format(session=session["id"])


async def announce(person: Person, session: dict[str, str], content: bytes, **more: object) -> httpx.Response:
    body = {"filename": "meeting.wav", "size_bytes": len(content), **more}
    return await person.post(f"{files(session)}/uploads", body)


async def complete(person: Person, session: dict[str, str], file_id: str) -> httpx.Response:
    return await person.post(f"{files(session)}/{file_id}/complete", None)


async def upload(
    person: Person,
    session: dict[str, str],
    content: bytes,
    *,
    http: httpx.AsyncClient | None = None,
    **more: object,
) -> httpx.Response:
    """Announce, send to wherever the ticket says, complete; returns the last answer."""
    ticket = await announce(person, session, content, **more)
    assert ticket.status_code == 201, ticket.text
    sent = await (http or person.api).put(
        ticket.json()["upload_url"], content=content, headers=ticket.json()["headers"]
    )
    assert sent.is_success, sent.text
    return await complete(person, session, ticket.json()["id"])


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def gone(storage: Storage, database: Database, path: str) -> None:
    """Wait until an object is removed, as the keeper of some process does it."""
    async with asyncio.timeout(60):
        while True:
            await ObjectKeeper(database, storage).tidy_up()
            try:
                await storage.open(path)
            except ObjectMissing:
                return
            await asyncio.sleep(0.02)

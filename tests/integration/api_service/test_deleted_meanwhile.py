"""What somebody sends to a session while its owner deletes it."""

import asyncio

import httpx
import psycopg
import pytest

from tests.integration.api_service.brought import SEGMENTS, bring
from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

_WAITING = "select from pg_stat_activity where usename = 'intrascribe_api' and wait_event_type = 'Lock'"

SENT: dict[str, tuple[str, str, dict[str, object]]] = {
    "a transcript": ("POST", "/api/v1/transcriptions", {"session_id": "{session}", "segments": SEGMENTS}),
    "minutes": ("POST", "/api/v2/sessions/{session}/save-ai-summary", {"summary": "All agreed."}),
    "a wish for minutes": ("POST", "/api/v2/sessions/{session}/ai-summary", {}),
    "a file": (
        "POST",
        "/api/v1/sessions/{session}/audio_files/uploads",
        {"filename": "a.wav", "size_bytes": 9},
    ),
}

WRITTEN = {"minutes": "ai_summaries", "a file": "audio_files"}
"""What callers write as themselves, and where."""


@pytest.mark.parametrize("what", SENT)
async def test_what_comes_while_its_session_is_deleted_is_told_so(
    what: str, ada: Person, servers: Servers
) -> None:
    session = (await ada.new_session())["id"]
    assert (await bring(ada, session)).status_code == 200
    async with (
        await psycopg.AsyncConnection.connect(servers.database_admin_url, autocommit=True) as watching,
        await psycopg.AsyncConnection.connect(servers.database_admin_url) as deleting,
    ):
        await deleting.execute("delete from public.recording_sessions where id = %s", [session])
        sending = asyncio.create_task(_send(ada, what, session))
        await _waits_or_ends(sending, watching)
        await deleting.commit()
        answer = await sending
    assert answer.status_code == 404, answer.text


@pytest.mark.parametrize("what", WRITTEN)
async def test_what_is_written_after_its_session_was_deleted_is_told_so(
    what: str, ada: Person, servers: Servers
) -> None:
    session = (await ada.new_session())["id"]
    async with (
        await psycopg.AsyncConnection.connect(servers.database_admin_url, autocommit=True) as watching,
        await psycopg.AsyncConnection.connect(servers.database_admin_url) as deleting,
    ):
        # Whose session it is has been looked up when the row waits to be written.
        await deleting.execute(f"lock table public.{WRITTEN[what]} in share row exclusive mode".encode())
        sending = asyncio.create_task(_send(ada, what, session))
        await _waits_or_ends(sending, watching)
        assert not sending.done()
        await deleting.execute("delete from public.recording_sessions where id = %s", [session])
        await deleting.commit()
        answer = await sending
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), answer.text


async def _send(person: Person, what: str, session: str) -> httpx.Response:
    method, path, body = SENT[what]
    named = {name: session if value == "{session}" else value for name, value in body.items()}
    return await person.send(method, path.format(session=session), named)


async def _waits_or_ends(
    sending: asyncio.Task[httpx.Response], watching: psycopg.AsyncConnection[tuple[object, ...]]
) -> None:
    async with asyncio.timeout(40):
        while not (sending.done() or await _waits(watching)):  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.02)


async def _waits(watching: psycopg.AsyncConnection[tuple[object, ...]]) -> bool:
    return await (await watching.execute(_WAITING)).fetchone() is not None

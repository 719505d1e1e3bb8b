"""The original's audio routes, for each account on its own."""

import asyncio
from uuid import UUID

import httpx
import psycopg
import pytest
from redis.asyncio import Redis

from shared.contracts.captions import LIVE_SESSIONS_KEY, stream_key
from tests.integration.api_service.audio.conftest import tone
from tests.integration.api_service.audio.uploads import files, upload
from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

TONE = tone()
UPLOAD = "/api/v1/audio/upload"


async def send(
    person: Person, content: bytes = TONE, *, name: str = "a.wav", **fields: str
) -> httpx.Response:
    return await person.api.post(UPLOAD, files={"file": (name, content)}, data=fields, headers=person.headers)


async def test_a_form_with_a_file_is_stored(ada: Person) -> None:
    session = await ada.new_session()
    answer = await send(ada, session_id=session["id"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    [file] = (await ada.get(files(session))).json()
    assert (file["id"], file["public_url"]) == (answer.json()["file_id"], answer.json()["file_url"])
    assert (await ada.api.get(answer.json()["file_url"])).content == TONE


@pytest.mark.parametrize("by", ["room name", "query", "current session"])
async def test_the_session_may_be_named_elsewhere(ada: Person, by: str) -> None:
    session = await ada.new_session()
    body = {"files": {"audio_file": ("a.wav", TONE)}, "headers": ada.headers}
    match by:
        case "room name":
            answer = await send(ada, session_id=f"intrascribe_room_{session['id']}")
        case "query":
            answer = await ada.api.post(UPLOAD, params={"session_id": session["id"]}, **body)  # type: ignore[arg-type]  # a form
        case _:
            await ada.post("/api/v1/audio/session/set", {"session_id": session["id"]})
            answer = await ada.api.post(UPLOAD, **body)  # type: ignore[arg-type]  # a form
    assert answer.json()["session_id"] == session["id"], answer.text


async def test_a_form_that_names_no_session_says_so(ada: Person) -> None:
    answer = await send(ada)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.session_id")


async def test_what_is_no_audio_leaves_nothing(ada: Person) -> None:
    session = await ada.new_session()
    for content in (b"", b"<html></html>"):
        answer = await send(ada, content, session_id=session["id"])
        assert (answer.status_code, answer.json()["code"]) == (415, "not-audio")
    assert (await send(ada, name="a" * 300, session_id=session["id"])).status_code == 422
    assert (await ada.post(UPLOAD, {})).status_code == 415
    assert (await ada.get(files(session))).json() == []


async def test_nobody_adds_to_the_session_of_another(ada: Person, bob: Person, servers: Servers) -> None:
    session = await ada.new_session()
    stranger = await send(bob, session_id=session["id"])
    assert (stranger.status_code, stranger.json()["code"]) == (404, "session-not-found")
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    guest = await send(bob, session_id=session["id"])
    assert (guest.status_code, guest.json()["code"]) == (403, "not-owner")
    nobody = await bob.api.post(UPLOAD, files={"file": ("a.wav", TONE)})
    assert nobody.status_code == 401
    with psycopg.connect(servers.database_admin_url) as connection:
        query = "select count(*) from public.audio_files where session_id = %s"
        assert connection.execute(query, [session["id"]]).fetchone() == (0,)


async def test_processing_is_answered_with_the_newest_file_of_the_format(ada: Person) -> None:
    session = await ada.new_session()
    path = "/api/v1/audio/process"
    none = await ada.post(path, {"session_id": session["id"], "audio_format": "wav"})
    assert (none.status_code, none.json()["code"]) == (404, "audio-file-not-found")
    await upload(ada, session, TONE)
    newest = (await upload(ada, session, TONE)).json()
    for asked in ({"audio_format": "wav"}, {}):
        answer = await ada.post(path, {"session_id": session["id"], **asked})
        assert answer.json()["file_id"] == newest["id"]
        assert answer.json()["file_url"] == newest["public_url"]
    other = await ada.post(path, {"session_id": session["id"], "audio_format": "mp3"})
    assert other.status_code == 404
    assert "wav" in other.json()["detail"]


async def test_the_current_session_is_ones_own(ada: Person, bob: Person) -> None:
    current = "/api/v1/audio/session/current"
    nothing = {"session_id": None, "status": "none"}
    assert (await ada.get(current)).json() == nothing
    session = await ada.new_session()
    answer = await ada.post("/api/v1/audio/session/set", {"session_id": session["id"]})
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    assert (await ada.get(current)).json() == {"session_id": session["id"], "status": "active"}
    assert (await bob.get(current)).json() == nothing
    refused = await bob.post("/api/v1/audio/session/set", {"session_id": session["id"]})
    assert (refused.status_code, refused.json()["code"]) == (404, "session-not-found")


async def test_a_current_session_that_is_gone_is_none(ada: Person, servers: Servers) -> None:
    session = await ada.new_session()
    await ada.post("/api/v1/audio/session/set", {"session_id": session["id"]})
    with psycopg.connect(servers.database_admin_url) as connection:
        connection.execute("delete from public.recording_sessions where id = %s", [session["id"]])
    assert (await ada.get("/api/v1/audio/session/current")).json()["status"] == "none"


async def test_the_cache_is_counted_as_it_is(ada: Person, bob: Person, servers: Servers) -> None:
    empty: dict[str, object] = {
        "total_sessions": 0,
        "cache_size_mb": 0,
        "active_sessions": 0,
        "oldest_session": None,
        "cache_memory_usage": {},
    }
    assert (await ada.get("/api/v1/audio/cache/status")).json() == empty
    session = await ada.new_session()
    redis = Redis.from_url(servers.redis_url)
    try:
        async with asyncio.timeout(40):
            await redis.sadd(LIVE_SESSIONS_KEY, session["id"])
            await redis.xadd(stream_key_of(session), {"kind": "none"})
            held = (await ada.get("/api/v1/audio/cache/status")).json()
            theirs = (await bob.get("/api/v1/audio/cache/status")).json()
    finally:
        await redis.srem(LIVE_SESSIONS_KEY, session["id"])
        await redis.delete(stream_key_of(session))
        await redis.aclose()
    assert held["total_sessions"] == 1
    assert held["cache_memory_usage"][session["id"]] > 0
    assert (held["oldest_session"], held["active_sessions"]) == (session["id"], 0)
    assert theirs == empty


def stream_key_of(session: dict[str, str]) -> str:
    return stream_key(UUID(session["id"]))

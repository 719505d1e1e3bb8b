"""Captions that agents post over HTTP, clearing what was said, and how the cache is."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.integration.api_service.live.meetings import Meeting, Meetings, until
from tests.integration.api_service.live.proxies import plugged
from tests.integration.api_service.live.serving import Api, serving
from tests.servers import Servers

pytestmark = pytest.mark.integration

TOKEN = "a-service-token-of-the-tests"
AGENT = {"authorization": f"Bearer {TOKEN}"}
SEGMENT = {
    "index": 2,
    "speaker": "Ann",
    "timestamp": "[00:00:01:000,00:00:02:500]",
    "text": "hello",
    "is_final": True,
}


@pytest.fixture
async def api(servers: Servers, tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(servers, tmp_path, service_token=TOKEN) as running:
        yield running


def path(meeting: Meeting, route: str = "transcription", *, prefix: str = "") -> str:
    return f"/api/v1/realtime/sessions/{prefix}{meeting.id}/{route}"


async def segments(api: Api, meeting: Meeting, headers: dict[str, str]) -> list[dict[str, object]]:
    answer = await api.http.get(path(meeting), headers=headers)
    found: list[dict[str, object]] = answer.json()["segments"]
    return found


@pytest.mark.parametrize("prefix", ["", "intrascribe_room_"])
async def test_a_posted_caption_is_one_like_any_other(api: Api, meeting: Meeting, prefix: str) -> None:
    headers = await api.sign_in(meeting)
    async with api.listening(meeting, headers) as events:
        await events.next()
        answer = await api.http.post(path(meeting, prefix=prefix), json=SEGMENT, headers=AGENT)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["message"] == "Transcription segment stored successfully"
        assert (body["success"], body["session_id"]) == (True, str(meeting.id))
        told = await events.next()
    assert told
    assert (told.kind, told.data["text"], told.data["speaker"]) == ("caption", "hello", "Ann")
    await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: hello"]
    shown = await segments(api, meeting, headers)
    assert [(each["start_time"], each["end_time"], each["text"]) for each in shown] == [(1.0, 2.5, "hello")]


async def test_what_is_posted_twice_is_stored_once_and_revisions_replace(api: Api, meeting: Meeting) -> None:
    for body in (SEGMENT, SEGMENT, SEGMENT | {"text": "second", "timestamp": "[00:00:03:000,00:00:04:000]"}):
        await api.http.post(path(meeting), json=body, headers=AGENT)
    for revision, text in ((1, "third, better"), (0, "third")):
        body = SEGMENT | {"segment_id": "mine-1", "revision": revision, "text": text, "timestamp": 9}
        assert (await api.http.post(path(meeting), json=body, headers=AGENT)).status_code == 200
    await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: hello", "Ann: second", "Ann: third, better"]


async def test_only_the_service_token_writes(api: Api, meeting: Meeting) -> None:
    owner = await api.sign_in(meeting)
    for route in ("transcription", "audio"):
        for headers in (
            {},
            owner,
            {"authorization": f"Bearer {TOKEN}x"},
            {"authorization": f"Basic {TOKEN}"},
        ):
            answer = await api.http.post(path(meeting, route), json=SEGMENT, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
            assert answer.headers["www-authenticate"] == "Bearer"
    await until(meeting.all_settled)
    assert await meeting.stored() == []


async def test_the_service_token_opens_no_route_of_users(api: Api, meeting: Meeting) -> None:
    for method, address in (
        ("GET", path(meeting)),
        ("DELETE", path(meeting)),
        ("GET", "/api/v1/sessions"),
        ("GET", "/api/v1/users/me"),
        ("GET", "/api/v1/realtime/cache/stats"),
    ):
        assert (await api.http.request(method, address, headers=AGENT)).status_code == 401, address


async def test_without_a_service_token_nobody_writes(
    servers: Servers, tmp_path: Path, meeting: Meeting
) -> None:
    async with serving(servers, tmp_path) as closed:
        for headers in (AGENT, await closed.sign_in(meeting)):
            answer = await closed.http.post(path(meeting), json=SEGMENT, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "service-token-unset")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"speaker": "Ann"}, "Missing required fields in segment data"),
        ({"text": "hello"}, "Missing required fields in segment data"),
        ({"text": "", "speaker": "Ann"}, "Transcription text cannot be empty"),
    ],
)
async def test_incomplete_segments_are_refused_in_the_documented_words(
    api: Api, meeting: Meeting, body: dict[str, str], detail: str
) -> None:
    answer = await api.http.post(path(meeting), json=body, headers=AGENT)
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


async def test_sessions_that_are_unknown_or_closed_take_nothing(
    api: Api, meetings: Meetings, meeting: Meeting
) -> None:
    unknown = await api.http.post(
        f"/api/v1/realtime/sessions/{'0' * 32}/transcription", json=SEGMENT, headers=AGENT
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "session-not-found")
    await meeting.set_status("archived")
    closed = await api.http.post(path(meeting), json=SEGMENT, headers=AGENT)
    assert (closed.status_code, closed.json()["code"]) == (409, "session-closed")


async def test_clearing_forgets_what_was_said_and_keeps_what_is_said_later(
    api: Api, meeting: Meeting
) -> None:
    headers = await api.sign_in(meeting)
    await meeting.say("ann 0.0-1.0 r0: one", "ann 1.0-2.0 r0: two", "ann 2.0-3.0 r0~ thr")
    answer = await api.http.delete(path(meeting), headers=headers)
    assert answer.json() == {
        "success": True,
        "message": "Session transcription data cleared",
        "session_id": str(meeting.id),
    }
    assert await segments(api, meeting, headers) == []
    assert await meeting.stored() == []
    await meeting.say("ann 5.0-6.0 r0: later")
    await until(meeting.all_settled)
    assert await meeting.stored() == ["Ann: later"]
    assert [each["text"] for each in await segments(api, meeting, headers)] == ["later"]
    for _ in range(2):
        assert (await api.http.delete(path(meeting), headers=headers)).status_code == 200
    assert await meeting.stored() == []


async def test_others_clear_nothing(api: Api, meetings: Meetings, meeting: Meeting) -> None:
    guest, email = await meetings.account()
    await meeting.admit(guest)
    _, unknown = await meetings.account()
    await meeting.say("ann 0.0-1.0 r0: kept")
    await until(meeting.all_settled)
    for who, expected in ((email, (403, "not-owner")), (unknown, (404, "session-not-found"))):
        answer = await api.http.delete(path(meeting), headers=await api.sign_in_as(who))
        assert (answer.status_code, answer.json()["code"]) == expected
    assert await meeting.stored() == ["Ann: kept"]


async def test_the_cache_says_how_it_is(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    stats = (await api.http.get("/api/v1/realtime/cache/stats", headers=headers)).json()
    assert (stats["redis_status"], stats["connected"]) == ("connected", True)
    assert stats["memory_used_mb"] > 0
    assert stats["connected_clients"] > 0
    assert {"total_keys", "uptime_seconds"} <= stats.keys()
    assert (await api.http.get("/api/v1/realtime/cache/stats")).status_code == 401


async def test_without_redis_the_cache_is_away_and_captions_are_refused(
    servers: Servers, tmp_path: Path, meeting: Meeting
) -> None:
    async with (
        plugged(servers.redis_url) as plug,
        serving(servers, tmp_path, redis_url=plug.url, service_token=TOKEN) as api,
    ):
        headers = await api.sign_in(meeting)
        await plug.unplug()
        stats = (await api.http.get("/api/v1/realtime/cache/stats", headers=headers)).json()
        assert (stats["redis_status"], stats["connected"], stats["total_keys"]) == (
            "unreachable",
            False,
            None,
        )
        refused: httpx.Response = await api.http.post(path(meeting), json=SEGMENT, headers=AGENT)
        assert (refused.status_code, refused.json()["retryable"]) == (503, True)
        assert "retry-after" in refused.headers

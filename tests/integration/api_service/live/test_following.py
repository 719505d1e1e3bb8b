"""What is there, and then everything that follows: without a gap, without a double."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import jwt
import pytest
from redis.asyncio import Redis

from api_service.realtime.feed import Follower, LiveFeeds
from api_service.realtime.positions import Position
from api_service.realtime.stream import CaptionStreams
from tests.integration.api_service.live.meetings import Meeting, Meetings, in_background, until
from tests.integration.api_service.live.members import Member
from tests.integration.api_service.live.proxies import plugged
from tests.integration.api_service.live.serving import Api, serving
from tests.servers import Servers

pytestmark = pytest.mark.integration

ROUTES = ("transcription", "status", "events")


def address(meeting: Meeting, route: str) -> str:
    return f"/api/v1/realtime/sessions/{meeting.id}/{route}"


def texts(body: dict[str, object]) -> list[str]:
    segments = body["segments"]
    assert isinstance(segments, list)
    return [f"{each['speaker']}: {each['text']}{'' if each['is_final'] else '…'}" for each in segments]


async def test_a_transcript_is_whole_before_and_after_it_is_stored(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    empty = (await api.http.get(address(meeting, "transcription"), headers=headers)).json()
    assert (empty["segments"], empty["total_segments"], empty["last_updated"]) == ([], 0, None)
    await meeting.say("ann 0.0-1.0 r1: hello", "bob 1.0-2.0 r0~ so wh")
    first = (await api.http.get(address(meeting, "transcription"), headers=headers)).json()
    assert texts(first) == ["Ann: hello", "Bob: so wh…"]
    await until(meeting.all_settled)
    await meeting.say("bob 1.0-2.5 r1: so what")
    await until(meeting.all_settled)
    body = (await api.http.get(address(meeting, "transcription"), headers=headers)).json()
    assert body["segments"] == [
        {
            "index": 0,
            "segment_id": "TR_ann-0",
            "revision": 1,
            "speaker": "Ann",
            "participant_identity": "ann",
            "start_time": 0.0,
            "end_time": 1.0,
            "text": "hello",
            "confidence_score": 0.9,
            "language": "en",
            "is_final": True,
        },
        body["segments"][1] | {"index": 1, "text": "so what", "revision": 1, "is_final": True},
    ]
    assert body["total_segments"] == 2
    assert body["session_id"] == str(meeting.id)


async def test_following_from_every_position_misses_nothing_and_repeats_nothing(
    api: Api, meeting: Meeting
) -> None:
    headers = await api.sign_in(meeting)
    positions = await meeting.say(*(f"ann {n}.0-{n}.9 r0: line {n}" for n in range(12)))
    for seen, position in enumerate(positions[:-1]):
        async with api.listening(meeting, headers, after=position) as events:
            taken = await events.take(len(positions) - seen - 1)
        assert [event.id for event in taken] == positions[seen + 1 :]
        assert {event.kind for event in taken} == {"caption"}


async def test_a_snapshot_and_what_follows_it_are_everything_exactly_once(api: Api, meeting: Meeting) -> None:
    """While captions come and are stored, people join at any moment."""
    headers = await api.sign_in(meeting)
    lines = [f"ann {n}.0-{n}.9 r0: line {n}" for n in range(60)]
    speaking = asyncio.create_task(_speak(meeting, lines))
    joined = [asyncio.create_task(_join(api, meeting, headers, 0.05 * n, len(lines))) for n in range(8)]
    for seen in await asyncio.gather(*joined):
        assert seen == [f"line {n}" for n in range(60)]
    await speaking


async def test_every_kind_of_event_is_told(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    async with api.listening(meeting, headers) as events:
        snapshot = await events.next()
        assert snapshot
        assert snapshot.kind == "snapshot"
        assert snapshot.data["position"] == snapshot.id
        written = await meeting.say("agent listening", "ann 0.0-1.0 r0~ he", "session completed")
        told = await events.take(3)
    assert [(event.id, event.kind) for event in told] == list(
        zip(written, ["agent", "caption", "session"], strict=True)
    )
    assert told[0].data == {"state": "listening"}
    assert told[1].data["index"] is None
    assert told[1].data["is_final"] is False
    assert told[2].data == {"status": "completed", "at": "2026-11-21T00:00:00Z"}


async def test_a_position_that_is_no_longer_kept_gets_a_new_snapshot(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    await meeting.say("ann 0.0-1.0 r0: hello")
    async with api.listening(meeting, headers, after="1-0") as events:
        snapshot = await events.next()
    assert snapshot
    assert snapshot.kind == "snapshot"
    assert texts(snapshot.data) == ["Ann: hello"]


async def test_a_browser_resumes_with_its_header(api: Api, meeting: Meeting) -> None:
    headers = await api.sign_in(meeting)
    positions = await meeting.say("ann 0.0-1.0 r0: one", "ann 1.0-2.0 r0: two", "ann 2.0-3.0 r0: three")
    resumed = headers | {"last-event-id": positions[1]}
    async with api.listening(meeting, resumed, after=positions[0]) as events:
        following = await events.next()
    assert following
    assert following.id == positions[2]


@pytest.mark.parametrize("position", ["now", "5", "-1-0", "1-0;drop"])
async def test_a_malformed_position_is_a_bad_request(api: Api, meeting: Meeting, position: str) -> None:
    headers = await api.sign_in(meeting)
    answer = await api.http.get(address(meeting, "events"), headers=headers, params={"after": position})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


@pytest.mark.parametrize("route", ROUTES)
async def test_others_cannot_see_that_a_session_exists(
    api: Api, meetings: Meetings, meeting: Meeting, route: str
) -> None:
    _, email = await meetings.account()
    stranger = await api.sign_in_as(email)
    position = (await meeting.say("ann 0.0-1.0 r0: secret"))[0]
    answers = [
        await api.http.get(address(meeting, route), headers=stranger),
        await api.http.get(address(meeting, route), headers=stranger, params={"after": position}),
        await api.http.get(f"/api/v1/realtime/sessions/nonsense/{route}", headers=stranger),
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "session-not-found")] * 3
    assert (await api.http.get(address(meeting, route))).status_code == 401


async def test_the_stream_ends_with_the_token(api: Api, meeting: Meeting, tmp_path: Path) -> None:
    headers = await api.sign_in(meeting)
    token = headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    key = (tmp_path / "development.pem").read_text()
    brief = claims | {"exp": int(time.time()) + 2}
    kid = jwt.get_unverified_header(token)["kid"]
    short = jwt.encode(brief, key, algorithm="ES256", headers={"kid": kid})
    async with api.listening(meeting, {"authorization": f"Bearer {short}"}) as events:
        first = await events.next()
        assert first
        assert await events.next() is None
    assert brief["exp"] <= time.time() < brief["exp"] + 5


async def test_a_shutdown_ends_streams_at_once(servers: Servers, meeting: Meeting, tmp_path: Path) -> None:
    async with serving(servers, tmp_path) as api:
        headers = await api.sign_in(meeting)
        async with api.listening(meeting, headers) as events:
            await events.next()
            api.server.should_exit = True
            began = time.monotonic()
            assert await events.next() is None
            assert time.monotonic() - began < 5


async def test_without_redis_streams_end_and_questions_are_refused(
    servers: Servers, meeting: Meeting, tmp_path: Path
) -> None:
    async with (
        plugged(servers.redis_url) as plug,
        serving(servers, tmp_path, redis_url=plug.url) as api,
    ):
        headers = await api.sign_in(meeting)
        positions = await meeting.say("ann 0.0-1.0 r0: hello")
        async with api.listening(meeting, headers, after=positions[0]) as events:
            await plug.unplug()
            assert await events.next() is None
        for route in ROUTES:
            answer = await api.http.get(address(meeting, route), headers=headers)
            assert (answer.status_code, answer.json()["retryable"]) == (503, True)
        await meeting.say("ann 1.0-2.0 r0: meanwhile")
        await plug.plug_in()
        await until(lambda: _answers(api, meeting, headers))
        async with api.listening(meeting, headers, after=positions[0]) as events:
            following = await events.next()
        assert following
        assert following.data["text"] == "meanwhile"


async def test_many_followers_share_one_connection_and_a_slow_one_delays_nobody(
    redis: Redis, meeting: Meeting
) -> None:
    streams = CaptionStreams(redis, kept_seconds=3600)
    feeds = LiveFeeds(redis, streams)
    start = Position.at(time.time() - 10)
    async with in_background(feeds.run), feeds.following(meeting.id, start) as slow:
        positions = await meeting.say("ann 0.0-1.0 r0: first")
        assert await _positions(slow, 1) == positions
        async with feeds.following(meeting.id, start) as quick:
            many = await meeting.say(*(f"ann {n}.0-{n}.9 r0~ {n}" for n in range(700)))
            assert await _positions(quick, 701) == positions + many
        assert await _positions(slow, 700) == many
        clients = await redis.client_list()
    assert sum(client["cmd"] == "xread" for client in clients) <= 1


async def test_a_new_session_is_followed_at_once(redis: Redis, meetings: Meetings) -> None:
    feeds = LiveFeeds(redis, CaptionStreams(redis, kept_seconds=3600))
    start = Position.at(time.time() - 10)
    first, *others = [await meetings.open() for _ in range(4)]
    waited = []
    async with in_background(feeds.run), feeds.following(first.id, start) as one:
        await first.say("ann 0.0-1.0 r0: one")
        assert len(await one.next(within_seconds=20)) == 1
        for meeting in others:
            async with feeds.following(meeting.id, start) as other:
                await meeting.say("bob 0.0-1.0 r0: two")
                began = time.monotonic()
                assert len(await other.next(within_seconds=20)) == 1
                waited.append(time.monotonic() - began)
    # A busy machine may delay one of them; a question to Redis that went on would delay each by a second.
    assert min(waited) < 0.5


async def _positions(follower: Follower, count: int) -> list[str]:
    seen: list[str] = []
    async with asyncio.timeout(40):
        while len(seen) < count:
            seen += [str(entry.position) for entry in await follower.next(within_seconds=20)]
    return seen


async def _speak(meeting: Meeting, lines: list[str]) -> None:
    for line in lines:
        await meeting.say(line)
        await asyncio.sleep(0.01)


async def _join(api: Api, meeting: Meeting, headers: dict[str, str], delay: float, count: int) -> list[str]:
    """What somebody has seen when everything was said, in order, doubles included."""
    await asyncio.sleep(delay)
    seen: list[str] = []
    async with api.listening(meeting, headers) as events:
        while len(seen) < count and (event := await events.next()):
            if event.kind == "snapshot":
                seen += [text.removeprefix("Ann: ") for text in texts(event.data)]
            elif event.kind == "caption":
                seen.append(str(event.data["text"]))
    return seen


async def _answers(api: Api, meeting: Meeting, headers: dict[str, str]) -> bool:
    answer = await api.http.get(address(meeting, "transcription"), headers=headers)
    return answer.status_code == 200


async def test_an_account_has_a_bounded_number_of_streams(
    api: Api, meeting: Meeting, stranger: Member
) -> None:
    headers = await api.sign_in(meeting)
    stream = address(meeting, "events")
    async with AsyncExitStack() as stack:
        for _ in range(31):
            await stack.enter_async_context(api.listening(meeting, headers))
        async with api.listening(meeting, headers):
            refused = await api.http.get(stream, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
            assert refused.headers["retry-after"] == "5"
            others = await api.http.get(stream, headers=stranger.headers)
            assert others.status_code == 404

        async def is_free_again() -> bool:
            async with api.http.stream("GET", stream, headers=headers) as response:
                return response.status_code == 200

        await until(is_free_again)

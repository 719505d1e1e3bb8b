"""People in a real room: microphones that speak on time and eyes that read captions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import numpy as np
import pytest
from livekit import api, rtc

from embedded.demo.client import Connection
from embedded.demo.people import Person, SeenCaption
from embedded.demo.voices import SAMPLE_RATE, Recording
from shared.contracts.rooms import CAPTION_TEXT_TOPIC
from tests.servers import Servers

pytestmark = pytest.mark.integration

TONE = Recording(
    (12_000 * np.sin(np.arange(SAMPLE_RATE // 4) * 2 * np.pi * 1000 / SAMPLE_RATE)).astype(np.int16)
)


def token(servers: Servers, room: str, identity: str) -> api.AccessToken:
    grants = api.VideoGrants(room_join=True, room=room)
    access = api.AccessToken(servers.livekit_api_key, servers.livekit_api_secret)
    return access.with_identity(identity).with_name(identity.title()).with_grants(grants)


def connection(servers: Servers, room: str, identity: str) -> Connection:
    return Connection(
        serverUrl=servers.livekit_url,
        roomName=room,
        participantName=identity.title(),
        participantToken=token(servers, room, identity).to_jwt(),
        sessionId=UUID(int=0),
    )


@asynccontextmanager
async def agent(servers: Servers, room_name: str) -> AsyncIterator[rtc.Room]:
    """Who hears everybody. Only participants of this kind may send in the name of others."""
    room = rtc.Room()
    await room.connect(servers.livekit_url, token(servers, room_name, "agent").with_kind("agent").to_jwt())
    yield room
    await room.disconnect()


async def last_sound_at(track: rtc.Track) -> float:
    """When the first sound on this track is over, on the clock of the event loop."""
    clock = asyncio.get_running_loop().time
    stream = rtc.AudioStream.from_track(
        track=track, sample_rate=SAMPLE_RATE, num_channels=1, frame_size_ms=10
    )
    last: float | None = None
    try:
        async for event in stream:
            if np.abs(np.frombuffer(event.frame.data, np.int16).astype(np.int32)).max() > 4000:
                last = clock()
            elif last and clock() - last > 0.1:
                return last
    finally:
        await stream.aclose()
    raise AssertionError("the track ended without a sound")


async def test_a_recording_is_heard_when_it_was_to_be_said_and_again_after_republishing(
    servers: Servers,
) -> None:
    room_name = f"test_{uuid4()}"
    clock = asyncio.get_running_loop().time
    async with agent(servers, room_name) as room, asyncio.timeout(20):
        tracks: asyncio.Queue[rtc.Track] = asyncio.Queue()
        room.on("track_subscribed", lambda track, _publication, _participant: tracks.put_nowait(track))
        ada = Person()
        try:
            await ada.join(connection(servers, room_name, "ada"))
            for _ in range(2):
                await ada.publish()
                await ada.heard()
                at = clock() + 0.5
                ada.microphone.play(TONE, at=at)
                heard_at = await last_sound_at(await tracks.get())
                assert 0 < heard_at - (at + TONE.seconds) < 0.3
                await ada.unpublish()
        finally:
            await ada.leave()


async def test_captions_are_seen_under_their_speaker_with_their_id(servers: Servers) -> None:
    room_name = f"test_{uuid4()}"
    seen: asyncio.Queue[SeenCaption] = asyncio.Queue()
    ada, bob = Person(), Person()
    ada.watch_captions(seen.put_nowait)
    try:
        await ada.join(connection(servers, room_name, "ada"))
        await bob.join(connection(servers, room_name, "bob"))
        assert (ada.identity, ada.name) == ("ada", "Ada")
        async with agent(servers, room_name) as room, asyncio.timeout(20):
            for final in ("false", "true"):
                writer = await room.local_participant.stream_text(
                    topic=CAPTION_TEXT_TOPIC,
                    sender_identity="bob",
                    attributes={"lk.segment_id": "TR_1-200", "lk.transcription_final": final},
                )
                await writer.write(f"final: {final}")
                await writer.aclose()
            captions = [await seen.get(), await seen.get()]
    finally:
        await ada.leave()
        await bob.leave()
    assert {(each.identity, each.segment_id, each.text, each.final) for each in captions} == {
        ("bob", "TR_1-200", "final: false", False),
        ("bob", "TR_1-200", "final: true", True),
    }

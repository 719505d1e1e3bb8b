"""Participants of a real room who speak into it and note what it shows them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

import aiohttp
import numpy as np
import orjson
from livekit import api, rtc
from redis.asyncio import Redis

from shared.audio import SAMPLE_RATE, Samples
from shared.contracts.captions import AgentChanged, Caption, stream_key
from shared.contracts.rooms import (
    AGENT_NAME,
    CAPTION_DATA_TOPIC,
    CAPTION_TEXT_TOPIC,
    AgentJob,
    lease_key,
    room_name,
)
from tests.redis_entries import entries
from tests.servers import Servers

_FRAME = SAMPLE_RATE // 100

ParticipantKind = Literal["standard", "agent"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One text stream of the room."""

    speaker: str
    segment_id: str
    track_sid: str
    final: bool
    text: str
    at: float


async def until(condition: Callable[[], bool], *, seconds: float = 40.0) -> None:
    """Wait for a condition; what it reads changes in this event loop."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - any change may be the awaited one
            await asyncio.sleep(0.02)


@dataclass
class Meeting:
    """A session's room, with the right to dispatch agents into it."""

    servers: Servers
    livekit: api.LiveKitAPI
    redis: Redis
    session_id: UUID = field(default_factory=uuid4)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    record: bool = True
    """What its agents are told when they are sent."""

    @property
    def room(self) -> str:
        return room_name(self.session_id)

    def place(self, loop_time: float) -> float:
        """An instant of this event loop on the session's clock."""
        ago = asyncio.get_running_loop().time() - loop_time
        return (datetime.now(UTC) - self.started_at).total_seconds() - ago

    async def dispatch(self) -> str:
        job = AgentJob(
            session_id=self.session_id, language="en-US", started_at=self.started_at, record=self.record
        )
        request = api.CreateAgentDispatchRequest(
            agent_name=AGENT_NAME, room=self.room, metadata=job.model_dump_json()
        )
        return (await self.livekit.agent_dispatch.create_dispatch(request)).id

    async def captioned(self) -> str:
        """Have an agent and wait until it listens; returns its identity."""
        before = len(await self.changes())
        await self.dispatch()
        return await self.listening(after=before)

    async def listening(self, *, after: int = 0, seconds: float = 40.0) -> str:
        """Wait for an agent that listens, beyond the first so many changes; returns its identity."""
        async with asyncio.timeout(seconds):
            while True:
                for change in (await self.changes())[after:]:
                    if change.state == "listening":
                        return change.identity
                await asyncio.sleep(0.02)

    async def changes(self) -> list[AgentChanged]:
        """The comings and goings of agents in the session's stream."""
        return [
            AgentChanged.model_validate_json(data) for kind, data in await self.events() if kind == "agent"
        ]

    async def captions(self) -> list[Caption]:
        """Every version of every caption in the session's stream."""
        return [Caption.model_validate_json(data) for kind, data in await self.events() if kind == "caption"]

    async def finals(self, number: int, *, seconds: float = 40.0) -> list[Caption]:
        """Wait until there are so many finals, and return all there are."""
        async with asyncio.timeout(seconds):
            while True:
                found = [caption for caption in await self.captions() if caption.final]
                if len(found) >= number:
                    return found
                await asyncio.sleep(0.02)

    async def events(self) -> list[tuple[str, str]]:
        written = await entries(self.redis, stream_key(self.session_id))
        return [(fields["event"], fields["data"]) for _, fields in written]

    async def holder(self) -> str | None:
        """Who has the session's lease."""
        found = await self.redis.get(lease_key(self.session_id))
        return str(found) if found else None

    async def end(self) -> None:
        """Put everybody out of the room."""
        await self.livekit.room.delete_room(api.DeleteRoomRequest(room=self.room))

    async def agents(self) -> list[str]:
        """Identities of the agents that are in the room now."""
        found = await self.livekit.room.list_participants(api.ListParticipantsRequest(room=self.room))
        return [each.identity for each in found.participants if each.kind == api.ParticipantInfo.AGENT]


@asynccontextmanager
async def meeting(servers: Servers) -> AsyncIterator[Meeting]:
    """A room of its own that ends with the test."""
    async with (
        api.LiveKitAPI(servers.livekit_url, servers.livekit_api_key, servers.livekit_api_secret) as livekit,
        Redis.from_url(servers.redis_url, decode_responses=True) as redis,
    ):
        held = Meeting(servers, livekit, redis)
        await livekit.room.create_room(api.CreateRoomRequest(name=held.room, empty_timeout=60))
        try:
            yield held
        finally:
            with suppress(
                api.TwirpError, aiohttp.ClientError
            ):  # some tests end it, or the server, themselves
                await held.end()


class Person:
    """A participant with a microphone that is always on: silence comes between what is said."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.room = rtc.Room()
        self.shown: list[Shown] = []
        self.packets: list[dict[str, object]] = []
        self.spoke_until = 0.0
        """When the last sample of what was said had been given to the microphone."""
        self._source: rtc.AudioSource | None = None
        self._publication: rtc.LocalTrackPublication | None = None
        self._microphone: asyncio.Task[None] | None = None
        self._to_say: list[Samples] = []
        self._said = asyncio.Event()
        self._reading: set[asyncio.Task[None]] = set()

    @property
    def finals(self) -> list[Shown]:
        return [each for each in self.shown if each.final]

    @property
    def track_sid(self) -> str:
        assert self._publication
        return self._publication.sid

    async def join(self, held: Meeting, *, name: str = "", kind: ParticipantKind = "standard") -> None:
        grants = api.VideoGrants(room_join=True, room=held.room)
        servers = held.servers
        token = api.AccessToken(servers.livekit_api_key, servers.livekit_api_secret)
        token = token.with_identity(self.identity).with_name(name or self.identity).with_grants(grants)
        token = token.with_kind(kind)
        self.room.register_text_stream_handler(CAPTION_TEXT_TOPIC, self._read)
        self.room.on("data_received", self._receive)
        options = rtc.RoomOptions(auto_subscribe=False)  # so that only agents hear anybody
        await self.room.connect(servers.livekit_url, token.to_jwt(), options)

    async def leave(self) -> None:
        await self.turn_off()
        await self.room.disconnect()
        for task in self._reading:
            task.cancel()

    async def turn_on(self) -> None:
        """Publish a microphone."""
        self._source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=40)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False)
        self._publication = await self.room.local_participant.publish_track(track, options)
        self._microphone = asyncio.create_task(self._speak(self._source))

    async def heard(self) -> None:
        """Returns when an agent hears the microphone; it needs some silence before the first word."""
        assert self._publication
        async with asyncio.timeout(40):
            await self._publication.wait_for_subscription()
        await self.rest(0.5)

    async def turn_off(self) -> None:
        """Take the microphone away, also in the middle of a word."""
        if self._microphone and self._publication:
            self._microphone.cancel()
            await asyncio.wait([self._microphone])
            if self.room.isconnected():
                await self.room.local_participant.unpublish_track(self._publication.sid)
            self._microphone = self._publication = None
            self._to_say.clear()

    def mute(self) -> None:
        assert self._publication
        assert isinstance(self._publication.track, rtc.LocalAudioTrack)
        self._publication.track.mute()

    def unmute(self) -> None:
        assert self._publication
        assert isinstance(self._publication.track, rtc.LocalAudioTrack)
        self._publication.track.unmute()

    async def say(self, *pieces: Samples) -> None:
        """Speak in real time; returns when the last sample is on its way."""
        self._said.clear()
        self._to_say.extend(pieces)
        await self._said.wait()

    async def rest(self, seconds: float) -> None:
        """Be silent in real time."""
        await self.say(np.zeros(round(seconds * SAMPLE_RATE), np.int16))

    def begin(self, *pieces: Samples) -> None:
        """Begin to speak and do not wait for the end."""
        self._said.clear()
        self._to_say.extend(pieces)

    async def _speak(self, microphone: rtc.AudioSource) -> None:
        silence = np.zeros(_FRAME, np.int16)
        while True:
            if not self._to_say:
                await self._capture(microphone, silence)
                continue
            piece = self._to_say[0]
            for start in range(0, len(piece) - _FRAME + 1, _FRAME):
                await self._capture(microphone, piece[start : start + _FRAME])
            self._to_say.pop(0)
            self.spoke_until = asyncio.get_running_loop().time()
            if not self._to_say:
                self._said.set()

    @staticmethod
    async def _capture(microphone: rtc.AudioSource, samples: Samples) -> None:
        frame = rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, len(samples))
        await microphone.capture_frame(frame)

    def _read(self, reader: rtc.TextStreamReader, speaker: str) -> None:
        task = asyncio.create_task(self._note(reader, speaker))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _note(self, reader: rtc.TextStreamReader, speaker: str) -> None:
        text = await reader.read_all()
        attributes = reader.info.attributes or {}
        self.shown.append(
            Shown(
                speaker,
                attributes["lk.segment_id"],
                attributes["lk.transcribed_track_id"],
                attributes["lk.transcription_final"] == "true",
                text,
                asyncio.get_running_loop().time(),
            )
        )

    def _receive(self, packet: rtc.DataPacket) -> None:
        if packet.topic == CAPTION_DATA_TOPIC:
            self.packets.append(orjson.loads(packet.data))


@asynccontextmanager
async def person(
    held: Meeting, identity: str, *, name: str = "", kind: ParticipantKind = "standard"
) -> AsyncIterator[Person]:
    """Somebody in the room with the microphone on."""
    who = Person(identity)
    await who.join(held, name=name, kind=kind)
    await who.turn_on()
    try:
        yield who
    finally:
        await who.leave()

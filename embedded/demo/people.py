"""People in a LiveKit room, over WebRTC as a browser would: a microphone each, and eyes for captions."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from livekit import rtc

from embedded.demo.client import Connection
from embedded.demo.voices import SAMPLE_RATE, Recording
from embedded.failures import Failure
from shared.audio import Samples
from shared.contracts.rooms import CAPTION_TEXT_TOPIC

_FRAME_SAMPLES = SAMPLE_RATE // 50
_FRAME_SECONDS = _FRAME_SAMPLES / SAMPLE_RATE

_QUEUE_MILLISECONDS = 40
"""Evens out our own hesitation; what lies in it counts as delay of the captions, so it is short."""

_LATE_SECONDS = 0.02
"""A microphone that is later than this skips silence until it is on time again: the queue plays no faster."""


@dataclass(frozen=True, slots=True)
class SeenCaption:
    """A caption at the moment when a participant has read it to its end."""

    segment_id: str
    identity: str
    text: str
    final: bool
    seen_at: float
    """On the clock of the event loop."""


class Microphone:
    """Live from its publication to its end: silence, and recordings when their time has come."""

    def __init__(self) -> None:
        self.source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=_QUEUE_MILLISECONDS)
        self._recordings: deque[tuple[float, Samples]] = deque()

    def play(self, recording: Recording, *, at: float) -> None:
        """Say it at this moment of the event loop's clock, exact to the sample."""
        self._recordings.append((at, recording.samples))

    async def run(self) -> None:
        """Hand over every frame as soon as a real microphone would have captured its last sample."""
        loop = asyncio.get_running_loop()
        begun_at = loop.time()
        for index in itertools.count():
            start = begun_at + index * _FRAME_SECONDS
            early = start + _FRAME_SECONDS - loop.time()
            await asyncio.sleep(max(0.0, early))
            window = self._window(start)
            if early > -_LATE_SECONDS or window.any():
                frame = rtc.AudioFrame(window.tobytes(), SAMPLE_RATE, 1, _FRAME_SAMPLES)
                await self.source.capture_frame(frame)

    def _window(self, start: float) -> Samples:
        window = np.zeros(_FRAME_SAMPLES, dtype=np.int16)
        while self._recordings and _offset(self._recordings[0], start) >= len(self._recordings[0][1]):
            self._recordings.popleft()
        for recording in self._recordings:
            offset = _offset(recording, start)
            heard = recording[1][max(0, offset) : max(0, offset + _FRAME_SAMPLES)]
            place = max(0, -offset)
            window[place : place + len(heard)] += heard
        return window


def _offset(recording: tuple[float, Samples], start: float) -> int:
    return round((start - recording[0]) * SAMPLE_RATE)


class Person:
    """One participant. Whoever joins also leaves, with or without having spoken."""

    def __init__(self) -> None:
        self._room = rtc.Room()
        self._readers: set[asyncio.Task[None]] = set()
        self._playing: asyncio.Task[None] | None = None
        self._publication: rtc.LocalTrackPublication | None = None
        self.microphone = Microphone()

    @property
    def identity(self) -> str:
        return self._room.local_participant.identity

    @property
    def name(self) -> str:
        return self._room.local_participant.name

    def watch_captions(self, seen: Callable[[SeenCaption], None]) -> None:
        """Report every caption that reaches this participant, once its text is complete. Before joining."""

        def begin(reader: rtc.TextStreamReader, identity: str) -> None:
            task = asyncio.create_task(_read(reader, identity, seen))
            self._readers.add(task)
            task.add_done_callback(self._readers.discard)

        self._room.register_text_stream_handler(CAPTION_TEXT_TOPIC, begin)

    async def join(self, connection: Connection) -> None:
        """Enter the room. Nothing is subscribed to: in this room only the agent has ears.

        Raises Failure when LiveKit does not let them in.
        """
        options = rtc.RoomOptions(auto_subscribe=False)
        try:
            await self._room.connect(connection.server_url, connection.participant_token, options)
        except rtc.ConnectError as failure:
            raise Failure(f"{connection.participant_name} could not join: {failure.message}") from failure

    async def publish(self) -> None:
        """Switch the microphone on. Whether anybody hears it is another question."""
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self.microphone.source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        if self._playing is None:
            self._playing = asyncio.create_task(self.microphone.run())
        self._publication = await self._room.local_participant.publish_track(track, options)

    async def heard(self) -> None:
        """Returns when somebody subscribed to the microphone: the agent, where all others are a `Person`."""
        if self._publication is not None:
            await self._publication.wait_for_subscription()

    async def unpublish(self) -> None:
        """Take the microphone's track back; it may be published again."""
        if self._publication is not None:
            await self._room.local_participant.unpublish_track(self._publication.sid)
            self._publication = None

    async def leave(self) -> None:
        """Leave the room and forget what is still being read. May be called twice."""
        await self._room.disconnect()
        tasks = [*self._readers, *([self._playing] if self._playing else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.microphone.source.aclose()


async def _read(reader: rtc.TextStreamReader, identity: str, seen: Callable[[SeenCaption], None]) -> None:
    try:
        text = await reader.read_all()
    except rtc.StreamError:
        return  # the sender died in the middle; whoever follows it sends the caption again
    attributes = reader.info.attributes or {}
    seen(
        SeenCaption(
            segment_id=attributes.get("lk.segment_id", ""),
            identity=identity,
            text=text,
            final=attributes.get("lk.transcription_final") == "true",
            seen_at=asyncio.get_running_loop().time(),
        )
    )

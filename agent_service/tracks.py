"""One participant's track: frames in, utterances out to its captioner."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Protocol

from livekit import rtc

from agent_service.recording.recorder import Recorder
from shared.audio import SAMPLE_RATE
from shared.captioner import Captioner
from shared.listening import FRAME_SAMPLES, Ear, Vad
from shared.segmenter import Segmenter, Utterance
from shared.timeline import Alignment

_FRAME_MILLISECONDS = FRAME_SAMPLES * 1000 // SAMPLE_RATE
_QUEUED_FRAMES = 128
"""Four seconds: a stream that is read later than that loses its oldest frames."""


class Frames(Protocol):
    """Pieces of 16 kHz mono int16 as they arrive; ends once closed."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class RoomFrames:
    """The frames of a subscribed track. LiveKit does not end them with the track: they must be closed."""

    def __init__(self, track: rtc.Track) -> None:
        self._stream = rtc.AudioStream.from_track(
            track=track,
            sample_rate=SAMPLE_RATE,
            num_channels=1,
            frame_size_ms=_FRAME_MILLISECONDS,
            capacity=_QUEUED_FRAMES,
        )

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        event = await anext(self._stream)
        return bytes(event.frame.data)

    async def aclose(self) -> None:
        await self._stream.aclose()


class Track:
    """Listens to one track from its first frame until it is stopped, then waits for its last final."""

    def __init__(
        self,
        frames: Frames,
        *,
        segmenter: Segmenter,
        captioner: Captioner,
        now: Callable[[], float],
        recorder: Recorder,
        stalled_seconds: float = 1.0,
    ) -> None:
        self._frames = frames
        self._segmenter = segmenter
        self._captioner = captioner
        self._now = now
        self.recorder = recorder
        self._stalled_seconds = stalled_seconds
        """Frames that stay away for so long are not late: what was being said ends there."""
        self._alignment = Alignment()
        self._silent_since = 0.0
        """Where the utterance before ended: the next cannot have begun earlier."""

    async def run(self, make_vad: Callable[[], Vad]) -> None:
        """Caption the track. Making the model takes a while, during which frames queue up."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._captioner.run())
            try:
                ear = Ear(await asyncio.to_thread(make_vad), self._segmenter)
                await self._listen(ear)
                self._end_utterance(ear)
            finally:
                self.recorder.pause()
                self._captioner.close()
                await self._frames.aclose()

    async def stop(self) -> None:
        """Take no more frames; what is being said ends here."""
        await self._frames.aclose()

    @property
    def waiting(self) -> int:
        """Finals that are not out yet."""
        return self._captioner.waiting

    async def _listen(self, ear: Ear) -> None:
        frames = aiter(self._frames)
        while True:
            try:
                async with asyncio.timeout(self._stalled_seconds):
                    data = await anext(frames)
            except TimeoutError:
                self.recorder.lose()
                self._end_utterance(ear)
                self._alignment.restart()
            except StopAsyncIteration:
                return
            else:
                self._hear(data, ear)

    def _hear(self, data: bytes, ear: Ear) -> None:
        self.recorder.hear(data)
        for utterance in ear.hear(data):
            self._pass_on(utterance)
        self._alignment.arrive(self._segmenter.heard_seconds, at=self._now())
        if not self._segmenter.speaking:
            self._alignment.settle()

    def _end_utterance(self, ear: Ear) -> None:
        for utterance in ear.end():
            self._pass_on(utterance)

    def _pass_on(self, utterance: Utterance) -> None:
        start = max(self._alignment.place(utterance.start), self._silent_since)
        placed = replace(utterance, start=start)
        if placed.final:
            self._silent_since = placed.end
        self._captioner.hear(placed)

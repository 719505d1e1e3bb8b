"""A track from its first frame to its last final, with frames that are values and a detector by loudness."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np

from agent_service.recording.recorder import Chunk, Recorder
from agent_service.tracks import Track
from shared.audio import Pcm
from shared.captioner import Captioner, Meters, Version
from shared.segmenter import Segmenter
from tests.scripted import ScriptedStt, until


class ByLoudness:
    def is_speech(self, frame: Pcm) -> bool:
        return bool(np.abs(frame.samples).mean() > 100)


@dataclass
class Played:
    """Frames as a test hands them out, at the instants of a clock that it sets."""

    clock: float = 0.0
    queue: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    taken: int = 0
    given: int = 0
    closed: bool = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self.taken = self.given - self.queue.qsize()
        data = await self.queue.get()
        if data is None:
            raise StopAsyncIteration
        return data

    async def aclose(self) -> None:
        if not self.closed:
            self.closed = True
            self.queue.put_nowait(None)

    async def play(self, script: str) -> None:
        """One frame of 128 ms a character: '#' speech, '.' silence. Each arrives when it has been spoken."""
        for mark in script:
            self.clock += 0.128
            self.given += 1
            self.queue.put_nowait(np.full(2048, 1000 if mark == "#" else 0, np.int16).tobytes())
            await until(lambda: self.taken == self.given)


@dataclass
class Listening:
    frames: Played
    stt: ScriptedStt
    captions: list[Version]
    track: Track

    @property
    def spans(self) -> list[tuple[float, float]]:
        return [(round(each.start, 2), round(each.end, 2)) for each in self.captions if each.final]


@asynccontextmanager
async def listening(*, clock: float = 0.0, stalled_seconds: float = 60.0) -> AsyncIterator[Listening]:
    frames, stt, captions = Played(clock), ScriptedStt(), list[Version]()
    captioner = Captioner(
        "TR_a",
        stt,
        language="en-US",
        requests=asyncio.Semaphore(4),
        publish=captions.append,
        meters=Meters("test"),
    )
    recorded = list[Chunk]()
    track = Track(
        frames,
        segmenter=Segmenter(),
        captioner=captioner,
        now=lambda: frames.clock,
        recorder=Recorder(now=lambda: frames.clock, keep=recorded.append, on=True),
        stalled_seconds=stalled_seconds,
    )
    running = asyncio.create_task(track.run(ByLoudness))
    try:
        yield Listening(frames, stt, captions, track)
        await track.stop()
        async with asyncio.timeout(5):
            await running
    finally:
        running.cancel()


async def test_a_track_is_placed_on_the_sessions_clock_by_its_first_frame() -> None:
    async with listening(clock=100.0) as it:
        await it.frames.play("." * 10 + "#" * 10 + "." * 10)
    assert it.spans == [(100.98, 102.76)]


async def test_what_was_being_said_when_a_track_ends_becomes_a_final() -> None:
    async with listening() as it:
        await it.frames.play("#" * 10)
    assert it.spans == [(0.0, 1.28)]


async def test_a_silent_track_ends_without_a_word() -> None:
    async with listening() as it:
        await it.frames.play("." * 10)
    assert (it.captions, it.stt.asked) == ([], [])


async def test_when_frames_stay_away_what_was_said_ends_and_what_follows_lies_later() -> None:
    async with listening(stalled_seconds=0.5) as it:
        await it.frames.play("#" * 10)
        await until(lambda: len(it.spans) == 1)
        it.frames.clock += 60.0
        await it.frames.play("#" * 10)
    assert it.spans == [(0.0, 1.28), (61.28, 62.56)]


async def test_frames_that_were_lost_move_the_utterances_behind_them() -> None:
    async with listening() as it:
        await it.frames.play("#" * 10 + "." * 10)
        it.frames.clock += 5.0
        await it.frames.play("." * 40 + "#" * 10 + "." * 10)
    assert [start for start, _ in it.spans] == [0.0, 12.38]


async def test_a_stopped_track_waits_for_its_last_final() -> None:
    async with listening() as it:
        it.stt.gate.clear()
        await it.frames.play("#" * 10)
        await it.track.stop()
        await until(lambda: it.track.waiting == 1)
        it.stt.gate.set()
    assert it.spans == [(0.0, 1.28)]

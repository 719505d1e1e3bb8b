"""Files that any browser plays and can jump about in: AAC in MP4, with its index in front."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np

from shared.audio import SAMPLE_RATE, Samples

FORMAT, MEDIA_TYPE, SUFFIX = "m4a", "audio/mp4", ".m4a"
_BITS_PER_SECOND = 48_000
_FRAME_SAMPLES = 1024
"""Of one packet of AAC."""

_SETTLING_SAMPLES = 5 * SAMPLE_RATE
"""After so much silence each packet of the encoder is like the one before."""


async def written(write: Callable[[], None]) -> None:
    """Write to files in a thread. Whoever is cancelled meanwhile waits until the thread has ended.

    A thread cannot be cancelled, and a file that is closed under one takes the process with it.
    """
    # Not a task: whoever ends the loop cancels every one there is.
    writing = asyncio.get_running_loop().run_in_executor(None, write)
    try:
        await asyncio.shield(writing)
    finally:
        while not writing.done():
            # Being told so again changes nothing.
            with suppress(asyncio.CancelledError):
                await asyncio.wait({writing})


class PlayableFile:
    """Written window by window, never by two at once; whole when its block ends without an error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples = 0
        """Written until now: where the next ones lie."""

        self._output = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._track = self._output.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        self._track.bit_rate = _BITS_PER_SECOND
        self._repeated = 0
        """Samples of silence that the encoder has not seen."""

        self._last: av.Packet[av.AudioStream] | None = None

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE

    def write(self, samples: Samples) -> None:
        """The next 16 kHz samples, shape (n,)."""
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[np.newaxis]), "s16", "mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, self.samples - self._repeated
        self.samples += len(samples)
        self._add(self._track.encode(frame))

    def rest(self, samples: int) -> None:
        """So many samples of silence. A day of it takes seconds: it is encoded once, and then repeated."""
        silence = np.zeros(_SETTLING_SAMPLES, dtype=np.int16)
        if (packets := (samples - 2 * _SETTLING_SAMPLES) // _FRAME_SAMPLES) > 0:
            self.write(silence)
            self._repeat_last(packets)
            samples -= _SETTLING_SAMPLES + packets * _FRAME_SAMPLES
        for written in range(0, samples, _SETTLING_SAMPLES):
            self.write(silence[: samples - written])

    def _repeat_last(self, times: int) -> None:
        """What the encoder holds back is silent as well, so it does not matter on which side it comes."""
        last = self._last
        assert last is not None  # noqa: S101 - five seconds are more than an encoder holds back
        content, place = bytes(last), last.pts or 0
        for number in range(1, times + 1):
            packet = av.Packet(content)
            packet.stream, packet.time_base = self._track, last.time_base
            packet.pts = packet.dts = place + number * _FRAME_SAMPLES
            packet.duration, packet.is_keyframe = _FRAME_SAMPLES, True
            self._output.mux(packet)
        self.samples += times * _FRAME_SAMPLES
        self._repeated += times * _FRAME_SAMPLES

    def _add(self, packets: Iterable["av.Packet[av.AudioStream]"]) -> None:
        for packet in packets:
            packet.pts = packet.dts = (packet.pts or 0) + self._repeated
            self._output.mux(packet)
            self._last = packet

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._add(self._track.encode(None))
        self._output.close()

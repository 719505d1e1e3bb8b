"""The one place where audio is listened to: from pieces of any length to utterances."""

from collections.abc import Callable, Iterator
from typing import Protocol

from shared.audio import BYTES_PER_SAMPLE, Pcm
from shared.segmenter import Segmenter, Utterance

FRAME_SAMPLES = 512
"""The 32 ms at a time that Silero's model wants to hear."""

_HYSTERESIS = 0.15
"""How far below the threshold speech may fall before it counts as silence: words fade at their ends."""

_INAUDIBLE = 10
"""The loudest sample of frames that are not worth judging: muted microphones, of which a room has many."""


class Vad(Protocol):
    """Hears one voice from its beginning, frame by frame."""

    def is_speech(self, frame: Pcm) -> bool: ...


class SpeechGate:
    """A voice activity detector made of a model that says how likely the next frame is speech."""

    def __init__(self, likelihood: Callable[[Pcm], float], *, threshold: float) -> None:
        self._likelihood = likelihood
        self._threshold = threshold
        self._speaking = False

    def is_speech(self, frame: Pcm) -> bool:
        limit = self._threshold - (_HYSTERESIS if self._speaking else 0.0)
        self._speaking = _audible(frame) and self._likelihood(frame) >= limit
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

    def flush(self) -> Pcm:
        """What is left over, shorter than a frame; nothing remains."""
        rest, self._rest = self._rest, b""
        return Pcm(rest[: len(rest) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE])


class Ear:
    """16 kHz mono int16 of one voice in, versions of its utterances out."""

    def __init__(self, vad: Vad, segmenter: Segmenter) -> None:
        self._vad = vad
        self._segmenter = segmenter
        self._framer = Framer()
        self._speech = False
        """Of the last frame."""

    def hear(self, data: bytes) -> Iterator[Utterance]:
        """Take what follows; yields what it completes. Must be iterated to its end."""
        for frame in self._framer.push(data):
            self._speech = self._vad.is_speech(frame)
            yield from self._segmenter.push(frame, is_speech=self._speech)

    def end(self) -> Iterator[Utterance]:
        """Nothing follows, or not soon enough: what is being said ends here, with its last sample."""
        yield from self._segmenter.push(self._framer.flush(), is_speech=self._speech)
        yield from self._segmenter.flush()

    @property
    def heard_seconds(self) -> float:
        """How much audio was judged since the beginning."""
        return self._segmenter.heard_seconds

    @property
    def began(self) -> float | None:
        """Where the open utterance begins, in seconds; None while nobody speaks."""
        return self._segmenter.began

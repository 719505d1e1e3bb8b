"""Audio inside Intrascribe: 16 kHz mono int16, and the way into it from other sample rates."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import soxr

SAMPLE_RATE = 16_000
BYTES_PER_SAMPLE = 2

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pcm:
    """16 kHz mono little-endian int16 samples. Raises ValueError when half a sample is left over."""

    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) % BYTES_PER_SAMPLE:
            raise ValueError("int16 audio has an even number of bytes")

    @classmethod
    def from_samples(cls, samples: Samples) -> Self:
        """Take samples that are 16 kHz mono already."""
        return cls(samples.astype("<i2", copy=False).tobytes())

    @classmethod
    def from_floats(cls, floats: Floats) -> Self:
        """Take 16 kHz mono floats in [-1, 1]; what lies outside is clipped."""
        return cls.from_samples(np.round(np.clip(floats, -1.0, 1.0) * 32767).astype(np.int16))

    @property
    def samples(self) -> Samples:
        """A view, shape (n,); not writable."""
        return np.frombuffer(self.data, dtype="<i2")

    @property
    def floats(self) -> Floats:
        """A copy scaled to [-1, 1), shape (n,), float32."""
        return self.samples.astype(np.float32) / np.float32(32768)

    @property
    def seconds(self) -> float:
        return len(self.data) / (BYTES_PER_SAMPLE * SAMPLE_RATE)

    def slice(self, start: float, end: float) -> "Pcm":
        """The samples between two positions in seconds."""
        first, last = (BYTES_PER_SAMPLE * round(position * SAMPLE_RATE) for position in (start, end))
        return Pcm(self.data[first:last])


def join(pieces: list[Pcm]) -> Pcm:
    """Pieces one after the other."""
    return Pcm(b"".join(piece.data for piece in pieces))


def resample(samples: Samples, rate: int) -> Pcm:
    """Mono samples, shape (n,), of any rate in hertz as 16 kHz."""
    if rate == SAMPLE_RATE:
        return Pcm.from_samples(samples)
    return Pcm.from_samples(soxr.resample(samples, rate, SAMPLE_RATE, quality="HQ"))

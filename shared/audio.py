"""Audio inside Intrascribe: 16 kHz mono int16, and the way into it from other sample rates."""

import itertools
import math
import struct
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import soxr

SAMPLE_RATE = 16_000
BYTES_PER_SAMPLE = 2
SAMPLE_RATES = range(4_000, 192_001)
"""What we take from outside, in hertz."""


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


_INT16_PEAK = 32_767
_OVERSHOOT = 2.0
"""How far filters and encoders drive fractions beyond [-1, 1]; as 16 bits so little would be silence."""


def samples_from_numbers(values: object) -> Samples:
    """A list of numbers in [-1, 1] or on the scale of 16 bits, whichever they are, as samples, shape (n,).

    Raises ValueError, in words for whoever sent them.
    """
    try:
        numbers = np.array(values if isinstance(values, list) else [])
    except (ValueError, OverflowError):
        numbers = np.array([])
    if numbers.ndim != 1 or numbers.size == 0 or numbers.dtype.kind not in "iuf":
        raise ValueError("A list of numbers, and of at least one")
    peak = np.abs(numbers).max()
    if not peak <= _INT16_PEAK + 1:  # also when it is no number
        raise ValueError("Numbers in [-1, 1] or on the scale of 16 bits")
    # The whole numbers -1, 0 and 1 are near silence on the large scale, not the loudest noise on the small.
    if peak <= _OVERSHOOT and np.any(numbers % 1):
        numbers = numbers * _INT16_PEAK
    return np.clip(np.round(numbers), -_INT16_PEAK - 1, _INT16_PEAK).astype(np.int16)


def join(pieces: list[Pcm]) -> Pcm:
    """Pieces one after the other."""
    return Pcm(b"".join(piece.data for piece in pieces))


def resample(samples: Samples, rate: int) -> Pcm:
    """Mono samples, shape (n,), of any rate in hertz as 16 kHz."""
    if rate == SAMPLE_RATE:
        return Pcm.from_samples(samples)
    return Pcm.from_samples(soxr.resample(samples, rate, SAMPLE_RATE, quality="HQ"))


class Inflow:
    """Mono int16 of any rate in hertz, in pieces of any length, as 16 kHz mono int16.

    Pieces are joined as if they had come in one: half a sample waits for its other half, and the filter
    goes on from piece to piece, which keeps about 30 ms back until more comes.
    """

    def __init__(self, rate: int) -> None:
        self._half = b""
        self._resampler = (
            None if rate == SAMPLE_RATE else soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="int16")
        )

    def push(self, data: bytes) -> bytes:
        """What is complete now."""
        data = self._half + data
        whole = len(data) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
        self._half = data[whole:]
        return self._resampled(data[:whole], last=False)

    def flush(self) -> bytes:
        """What was kept back. Nothing may follow."""
        return self._resampled(b"", last=True)

    def _resampled(self, data: bytes, *, last: bool) -> bytes:
        if self._resampler is None:
            return data
        samples: Samples = self._resampler.resample_chunk(np.frombuffer(data, "<i2"), last=last)
        return Pcm.from_samples(samples).data


_BLOCK_FRAMES = 1 << 18
"""Of audio that is mixed at a time: as floats it takes four times its memory."""


def mixed_down(samples: Samples, channels: int) -> Samples:
    """Interleaved samples as mono, shape (n,); an incomplete last frame is left out."""
    if channels == 1:
        return samples
    frames = samples[: len(samples) // channels * channels].reshape(-1, channels)
    mono: Samples = np.empty(len(frames), np.int16)
    every = np.ones(channels, np.float32)
    for start in range(0, len(frames), _BLOCK_FRAMES):
        block = frames[start : start + _BLOCK_FRAMES].astype(np.float32)
        mono[start : start + _BLOCK_FRAMES] = np.rint(block @ every / channels)
    return mono


@dataclass(frozen=True, slots=True)
class PlainWav:
    """A WAV file of 16-bit samples, as its header has it: nothing is mixed or copied yet."""

    samples: Samples
    """Interleaved, in whole frames."""

    channels: int
    rate: int
    """Hertz."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.channels / self.rate

    def mono(self) -> Samples:
        """All channels mixed into one, shape (n,)."""
        return mixed_down(self.samples, self.channels)


_MOST_CHUNKS = 1_000
"""Before the audio in a WAV file; files have a handful, and empty ones cost nothing to write."""


def read_plain_wav(body: bytes) -> PlainWav | None:
    """None for other files and for damaged ones, which need a decoder."""
    if body[:4] != b"RIFF" or body[8:12] != b"WAVE":
        return None
    layout, position = b"", 12
    for _ in range(_MOST_CHUNKS):
        if position + 8 > len(body):
            return None
        name, size = struct.unpack_from("<4sI", body, position)
        start, position = position + 8, position + 8 + size + size % 2
        if name == b"fmt ":
            layout = body[start : start + size]
        elif name == b"data":
            return _plain_samples(layout, body, start, min(size, len(body) - start))
    return None


def _plain_samples(layout: bytes, body: bytes, start: int, size: int) -> PlainWav | None:
    if len(layout) < 16:
        return None
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", layout)
    if kind != 1 or bits != 16 or not 1 <= channels <= 8 or rate not in SAMPLE_RATES:
        return None
    frames = size // (BYTES_PER_SAMPLE * channels)
    if not frames:
        return None
    return PlainWav(np.frombuffer(body, "<i2", frames * channels, start), channels, rate)


def cut_at_pauses(audio: Pcm, *, max_seconds: float) -> list[tuple[float, float]]:
    """Positions of pieces that cover all of it, none longer than `max_seconds`, cut where it is quiet.

    No piece but an only one is shorter than a third of `max_seconds`: words at edges are hard to hear.
    """
    if audio.seconds <= max_seconds:
        return [(0.0, audio.seconds)]
    # Decibels with a handicap for early pauses, because many short pieces are worse than few long ones.
    loudness = _loudness(audio)
    loudness -= np.arange(len(loudness), dtype=np.float32) * _STEP_SECONDS * _DECIBELS_PER_SECOND
    longest = math.floor(max_seconds / _STEP_SECONDS)
    shortest = longest // 3
    cuts = [0]
    while len(loudness) - cuts[-1] > longest:
        first, last = cuts[-1] + shortest, min(cuts[-1] + longest, len(loudness) - shortest)
        cuts.append(first + int(np.argmin(loudness[first:last])))
    return list(itertools.pairwise([*(cut * _STEP_SECONDS for cut in cuts), audio.seconds]))


_STEP_SECONDS = 0.02
_SMOOTHED_STEPS = 15
_DECIBELS_PER_SECOND = 1.0


def _loudness(audio: Pcm) -> Floats:
    """Decibels around each step of 20 ms, averaged so widely that a plosive's closure is no pause."""
    step = round(_STEP_SECONDS * SAMPLE_RATE)
    floats = audio.floats
    energy = np.square(floats[: len(floats) // step * step].reshape(-1, step)).mean(axis=1)
    smoothed = np.convolve(energy, np.ones(_SMOOTHED_STEPS) / _SMOOTHED_STEPS, mode="same")
    return (10 * np.log10(smoothed + 1e-9)).astype(np.float32)

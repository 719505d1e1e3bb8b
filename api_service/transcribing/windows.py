"""A stream of audio of any length as windows that are cut at pauses. Holds about a minute of it."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass

import numpy as np

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Pcm, Samples, cut_at_pauses

_MOST_SECONDS = 45.0
"""The speech service cuts a window further, to what its engine hears best."""

_LOOKED_AT_SECONDS = 60.0
"""A pause is looked for before more than this is at hand, so that what follows is no scrap."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a recording."""

    start: float
    """Seconds from the beginning."""

    channels: tuple[Pcm, ...]
    """Each as long as the others."""

    @property
    def end(self) -> float:
        return self.start + self.channels[0].seconds


async def windows(pieces: AsyncIterable[bytes], *, channels: int) -> AsyncIterator[Window]:
    """Interleaved 16 kHz int16 samples, cut where all channels together are quiet."""
    frame_bytes = BYTES_PER_SAMPLE * channels
    looked_at = round(_LOOKED_AT_SECONDS * SAMPLE_RATE)
    kept, position = bytearray(), 0
    async for piece in pieces:
        kept += piece
        while len(kept) >= looked_at * frame_bytes:
            frames = _frames(kept, looked_at, channels)
            _, cut = cut_at_pauses(_mixed(frames), max_seconds=_MOST_SECONDS)[0]
            length = round(cut * SAMPLE_RATE)
            yield _window(frames[:length], position)
            del kept[: length * frame_bytes]
            position += length
    if rest := len(kept) // frame_bytes:
        yield _window(_frames(kept, rest, channels), position)


def _frames(data: bytearray, count: int, channels: int) -> Samples:
    """Shape (count, channels); a copy."""
    used = bytes(data[: count * channels * BYTES_PER_SAMPLE])
    return np.frombuffer(used, dtype="<i2").reshape(-1, channels)


def _mixed(frames: Samples) -> Pcm:
    return Pcm.from_samples(frames.mean(axis=1).astype(np.int16))


def _window(frames: Samples, position: int) -> Window:
    return Window(
        position / SAMPLE_RATE,
        tuple(Pcm.from_samples(np.ascontiguousarray(channel)) for channel in frames.T),
    )

"""A stream of audio of any length as windows that are cut at pauses. Holds about a minute of it."""

from bisect import bisect_right
from collections.abc import AsyncIterable, AsyncIterator, Sequence
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


async def windows(
    pieces: AsyncIterable[bytes], *, channels: int, cuts: Sequence[float] = ()
) -> AsyncIterator[Window]:
    """Interleaved 16 kHz int16 samples, cut where all channels together are quiet, and at all `cuts`.

    These are positions in seconds, in order.
    """
    async for window in placed_windows(_one_after_the_other(pieces, channels), channels=channels, cuts=cuts):
        yield window


async def placed_windows(
    pieces: AsyncIterable[tuple[int, bytes]], *, channels: int, cuts: Sequence[float] = ()
) -> AsyncIterator[Window]:
    """The same for pieces that come with the place of their first sample: over a gap goes no window."""
    frame_bytes = BYTES_PER_SAMPLE * channels
    wanted = [round(cut * SAMPLE_RATE) for cut in cuts]
    kept, position = bytearray(), 0
    async for first, piece in pieces:
        if first > position + len(kept) // frame_bytes:
            if rest := len(kept) // frame_bytes:
                yield _window(_frames(kept, rest, channels), position)
            kept, position = bytearray(), first
        kept += piece
        while length := _length(kept, position, wanted, channels):
            yield _window(_frames(kept, length, channels), position)
            del kept[: length * frame_bytes]
            position += length
    if rest := len(kept) // frame_bytes:
        yield _window(_frames(kept, rest, channels), position)


async def _one_after_the_other(
    pieces: AsyncIterable[bytes], channels: int
) -> AsyncIterator[tuple[int, bytes]]:
    heard = 0
    async for piece in pieces:
        yield heard // (BYTES_PER_SAMPLE * channels), piece
        heard += len(piece)


def _length(kept: bytearray, position: int, wanted: Sequence[int], channels: int) -> int:
    """Of the next window, in frames; 0 while too little is at hand to tell."""
    at_hand = len(kept) // (BYTES_PER_SAMPLE * channels)
    following = bisect_right(wanted, position)
    if following < len(wanted) and (length := wanted[following] - position) <= _MOST_SECONDS * SAMPLE_RATE:
        return length if length <= at_hand else 0
    looked_at = round(_LOOKED_AT_SECONDS * SAMPLE_RATE)
    if at_hand < looked_at:
        return 0
    _, cut = cut_at_pauses(_mixed(_frames(kept, looked_at, channels)), max_seconds=_MOST_SECONDS)[0]
    return round(cut * SAMPLE_RATE)


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

"""Chunks of one track as a stream on the session's clock: silence where nothing was recorded."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import numpy as np

from shared.audio import SAMPLE_RATE, Samples
from shared.contracts.recordings import ChunkName

Fetch = Callable[[ChunkName], Awaitable[Samples]]
"""Gives the audio of a chunk, shape (n,) at 16 kHz."""

_EMPTY_SECONDS = 60.0


class Voice:
    """Read in windows from the beginning; holds one chunk."""

    def __init__(self, chunks: Sequence[ChunkName], fetch: Fetch) -> None:
        self._chunks = sorted(chunks, key=lambda chunk: chunk.start_milliseconds)
        self._fetch = fetch
        self._next = 0
        self._open: tuple[int, Samples] | None = None
        """The first sample of the chunk at hand, and its audio."""

        self.end = 0
        """Where the last chunk that was read ends, in samples."""

    @property
    def ended(self) -> bool:
        """Whether everything was read."""
        return self._open is None and self._next == len(self._chunks)

    @property
    def upcoming(self) -> int:
        """Where there may be audio next, in samples, of a voice that has not ended."""
        if self._open is not None:
            return self._open[0]
        return round(self._chunks[self._next].start * SAMPLE_RATE)

    async def window(self, first: int, count: int) -> Samples:
        """So many samples from a place on, shape (count,). Places are counted in samples and only go up."""
        heard = np.zeros(count, dtype=np.int16)
        end = first + count
        while (at_hand := await self._at_hand(before=end)) is not None:
            start, samples = at_hand
            left, right = max(first, start), min(end, start + len(samples))
            if left < right:
                heard[left - first : right - first] = samples[left - start : right - start]
            if start + len(samples) > end:
                break
            self._open = None
        return heard

    async def _at_hand(self, *, before: int) -> tuple[int, Samples] | None:
        """The chunk that begins next, if that is before a place."""
        if self._open is None and self._next < len(self._chunks):
            chunk = self._chunks[self._next]
            start = round(chunk.start * SAMPLE_RATE)
            if start < before:
                self._next += 1
                samples = await self._fetch(chunk)
                self._open, self.end = (start, samples), max(self.end, start + len(samples))
        return self._open


async def windows(voices: Sequence[Voice], *, seconds: float) -> AsyncIterator[tuple[int, list[Samples]]]:
    """All voices side by side to the end of the last: windows, each with the place of its first sample.

    Where nobody was recorded for more than a minute there may be none: rooms are opened again days later.
    """
    count = round(seconds * SAMPLE_RATE)
    first = 0
    while upcoming := [voice.upcoming for voice in voices if not voice.ended]:
        if min(upcoming) - first > _EMPTY_SECONDS * SAMPLE_RATE:
            first = min(upcoming)
        heard = [await voice.window(first, count) for voice in voices]
        over = all(voice.ended for voice in voices)
        length = max(voice.end for voice in voices) - first if over else count
        if length > 0:  # a chunk that nobody can read ends where it begins
            yield first, [samples[:length] for samples in heard]
        first += count


def mixed(samples: Sequence[Samples]) -> Samples:
    """Together; who is too loud together is cut."""
    total = np.sum(np.stack(samples), axis=0, dtype=np.int32)
    return np.clip(total, -32768, 32767).astype(np.int16)

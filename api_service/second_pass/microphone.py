"""What was recorded of one participant, as one stream on the session's clock."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from itertools import pairwise

from api_service.recordings.tracks import Fetch, Voice, mixed, windows
from api_service.second_pass.matching import Stretch
from api_service.second_pass.pressed import JOINT_SAMPLES, Part
from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Samples
from shared.contracts.recordings import CHUNK_SECONDS, ChunkName

_WINDOW_SECONDS = 30.0


class Microphone:
    """The tracks of a participant together. Can be read more than once; holds a chunk of each track."""

    def __init__(self, tracks: Sequence[Sequence[ChunkName]], fetch: Fetch) -> None:
        self._tracks = tracks
        self._fetch = fetch
        self._recorded: dict[ChunkName, Stretch] = {}
        self.parts: list[Part] = []
        """What the stream without gaps consists of, as far as it was read last."""

    @property
    def first_track(self) -> str:
        """The track that was recorded first."""
        return min((chunk for track in self._tracks for chunk in track), key=_start).track_sid

    @property
    def ends_at(self) -> float:
        """About where the recording ends, in seconds."""
        return max(chunk.start for track in self._tracks for chunk in track) + CHUNK_SECONDS

    @property
    def least_seconds(self) -> float:
        """How long the recording without its gaps is at least, as far as the names of chunks tell."""
        starts = sorted(chunk.start for track in self._tracks for chunk in track)
        return sum(min(CHUNK_SECONDS, after - before) for before, after in pairwise(starts))

    @property
    def recorded(self) -> list[Stretch]:
        """Where there is audio, as far as it was read: an unreadable chunk has none."""
        return list(self._recorded.values())

    async def placed(self) -> AsyncIterator[tuple[int, bytes]]:
        """Pieces of 16 kHz mono int16 with the place of their first sample on the session's clock.

        There is silence where nothing was recorded for a while, and nothing where that was long.
        """
        voices = [Voice(track, self._read) for track in self._tracks]
        async for first, heard in windows(voices, seconds=_WINDOW_SECONDS):
            yield first, mixed(heard).astype("<i2", copy=False).tobytes()

    async def pressed(self) -> AsyncGenerator[bytes, None]:
        """The same samples without the long gaps; `parts` tells where they were."""
        self.parts, written = [], 0
        async for first, data in self.placed():
            samples = len(data) // BYTES_PER_SAMPLE
            if self.parts and first == self.parts[-1].end_on_clock:
                self.parts[-1] = self.parts[-1].longer(samples)
            else:
                if self.parts:
                    yield bytes(JOINT_SAMPLES * BYTES_PER_SAMPLE)
                    written += JOINT_SAMPLES
                self.parts.append(Part(written, first, samples))
            written += samples
            yield data

    async def _read(self, chunk: ChunkName) -> Samples:
        samples = await self._fetch(chunk)
        if len(samples):
            self._recorded[chunk] = Stretch(chunk.start, chunk.start + len(samples) / SAMPLE_RATE)
        return samples


def _start(chunk: ChunkName) -> int:
    return chunk.start_milliseconds

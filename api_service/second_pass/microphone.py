"""What was recorded of one participant, as one stream on the session's clock."""

from collections.abc import AsyncGenerator, Sequence

from api_service.recordings.tracks import Fetch, Voice, mixed, windows
from api_service.second_pass.matching import Stretch
from shared.audio import SAMPLE_RATE, Samples
from shared.contracts.recordings import CHUNK_SECONDS, ChunkName

_WINDOW_SECONDS = 30.0


class Microphone:
    """The tracks of a participant together. Can be read more than once; holds a chunk of each track."""

    def __init__(self, tracks: Sequence[Sequence[ChunkName]], fetch: Fetch) -> None:
        self._tracks = tracks
        self._fetch = fetch
        self._recorded: dict[ChunkName, Stretch] = {}

    @property
    def first_track(self) -> str:
        """The track that was recorded first."""
        return min((chunk for track in self._tracks for chunk in track), key=_start).track_sid

    @property
    def ends_at(self) -> float:
        """About where the recording ends, in seconds."""
        return max(chunk.start for track in self._tracks for chunk in track) + CHUNK_SECONDS

    @property
    def recorded(self) -> list[Stretch]:
        """Where there is audio, as far as it was read: an unreadable chunk has none."""
        return list(self._recorded.values())

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """16 kHz mono int16 samples from the session's beginning, with silence where nothing was recorded."""
        voices = [Voice(track, self._read) for track in self._tracks]
        async for heard in windows(voices, seconds=_WINDOW_SECONDS):
            yield mixed(heard).astype("<i2", copy=False).tobytes()

    async def _read(self, chunk: ChunkName) -> Samples:
        samples = await self._fetch(chunk)
        if len(samples):
            self._recorded[chunk] = Stretch(chunk.start, chunk.start + len(samples) / SAMPLE_RATE)
        return samples


def _start(chunk: ChunkName) -> int:
    return chunk.start_milliseconds

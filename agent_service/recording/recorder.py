"""One track's audio as chunks that know their place on the session's clock. Pure but for that clock."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Pcm
from shared.contracts.recordings import CHUNK_SECONDS
from shared.timeline import Alignment

_MOVED_SECONDS = 0.03
"""Audio that lies this far from where the chunk began would make it lie: another chunk begins."""

_SHORTEST_SECONDS = 0.1
"""Less than this is nothing that anybody could hear."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some audio of a track."""

    start: float
    """Seconds on the session's clock."""

    audio: Pcm


class Recorder:
    """Takes every frame of one track. While it is off it keeps nothing."""

    def __init__(
        self,
        *,
        now: Callable[[], float],
        keep: Callable[[Chunk], None],
        on: bool,
        chunk_seconds: float = CHUNK_SECONDS,
    ) -> None:
        self._now = now
        self._keep = keep
        self._on = on
        self._chunk_bytes = round(chunk_seconds * SAMPLE_RATE) * BYTES_PER_SAMPLE
        self._alignment = Alignment(tolerance_seconds=_MOVED_SECONDS)
        self._heard = 0.0
        """Seconds of audio since the track began."""

        self._audio = bytearray()
        self._began = 0.0
        """Where the open chunk begins, in seconds of the track's audio."""

        self._late_since: float | None = None
        """From where on all frames are late, in seconds of the track's audio: the next seconds tell why."""

        self._ended = 0.0
        """Where the chunk before ended on the session's clock: no place has audio twice."""

    def hear(self, data: bytes) -> None:
        """Take the next frame, of 16 kHz mono int16."""
        began = self._heard
        self._heard += len(data) / (BYTES_PER_SAMPLE * SAMPLE_RATE)
        now = self._now()
        self._alignment.arrive(self._heard, at=now)
        if not self._on:
            return
        if self._alignment.lateness(self._heard, at=now) <= _MOVED_SECONDS:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = began
        if self._audio and self._alignment.drift > _MOVED_SECONDS:  # they are not late: some are missing
            self._split(self._late_since or began)
        if not self._audio:
            self._alignment.settle()
            self._began = began
        self._audio += data
        if len(self._audio) >= self._chunk_bytes and self._late_since is None:
            self.pause()

    def pause(self) -> None:
        """Close the open chunk; what follows begins another."""
        audio, self._audio = Pcm(bytes(self._audio)), bytearray()
        if self._alignment.drift < 0:  # frames never come early: what was thought before was too late
            self._alignment.settle()
        start = self._alignment.place(self._began)
        if start < self._ended:
            audio = audio.slice(self._ended - start, audio.seconds)
            start = self._ended
        if audio.seconds >= _SHORTEST_SECONDS:
            self._ended = start + audio.seconds
            self._keep(Chunk(start, audio))

    def _split(self, at: float) -> None:
        """Close the chunk at a place in the track's audio; what came since lies elsewhere."""
        first = BYTES_PER_SAMPLE * max(0, round((at - self._began) * SAMPLE_RATE))
        rest = self._audio[first:]
        del self._audio[first:]
        self.pause()
        self._audio, self._began = rest, max(at, self._began)
        self._alignment.settle()
        self._late_since = None

    def lose(self) -> None:
        """Frames stay away: where they go on is anywhere."""
        self.pause()
        self._alignment.restart()
        self._late_since = None

    def switch(self, *, on: bool) -> None:
        """Keep what follows, or do not."""
        if self._on and not on:
            self.pause()
        self._on = on

"""Files that any browser plays and can jump about in: AAC in MP4, with its index in front."""

from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np

from shared.audio import SAMPLE_RATE, Samples

FORMAT, MEDIA_TYPE, SUFFIX = "m4a", "audio/mp4", ".m4a"
_BITS_PER_SECOND = 48_000


class PlayableFile:
    """Written window by window; whole when its block ends without an error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples = 0
        self._output = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._track = self._output.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        self._track.bit_rate = _BITS_PER_SECOND

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE

    def write(self, samples: Samples) -> None:
        """The next 16 kHz samples, shape (n,)."""
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[np.newaxis]), "s16", "mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, self.samples
        self.samples += len(samples)
        self._output.mux(self._track.encode(frame))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._output.mux(self._track.encode(None))
        self._output.close()

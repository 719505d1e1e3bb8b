"""A file as people send them: recorded speech one after the other, in Opus."""

from itertools import cycle
from pathlib import Path

import av
import numpy as np

from benchmarks.recordings import recorded
from shared.audio import SAMPLE_RATE, Pcm, join

_PAUSE_SECONDS = 0.6


def recording(data: Path, directory: Path, *, seconds: float) -> Path:
    """English speech of so many seconds."""
    pause = Pcm(bytes(2 * round(SAMPLE_RATE * _PAUSE_SECONDS)))
    pieces: list[Pcm] = []
    length = 0.0
    for each in cycle(one for one in recorded(data, limit=None) if one.language == "en"):
        pieces += [each.audio, pause]
        length += each.audio.seconds + pause.seconds
        if length >= seconds:
            break
    file = directory / "recording.ogg"
    _write(join(pieces).slice(0, seconds), file)
    return file


def _write(audio: Pcm, file: Path) -> None:
    with av.open(str(file), "w") as output:
        stream = output.add_stream("libopus", rate=SAMPLE_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.atleast_2d(audio.samples), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        output.mux(stream.encode(frame))
        output.mux(stream.encode())

"""Silero's voice activity detector: which parts of some audio are speech, or whether the next frame is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Floats, Pcm

_FRAME, _CONTEXT = 512, 64
"""Samples that the network judges at a time, and those before them that it also sees."""

_LIKELY = 0.5
_MIN_FRAMES = 3
"""About 0.1 s: the shortest "yes" has more, and noise has been seen to fool the network for less."""


class SpeechDetector:
    """Costs about 2 ms for a second of audio."""

    def __init__(self, file: Path, *, threads: int) -> None:
        self._network = open_session(file, threads=threads)

    def span(self, audio: Pcm) -> tuple[float, float] | None:
        """Where the first speech begins and the last ends, in seconds; None when nobody speaks."""
        speech = np.flatnonzero(self._probabilities(audio.floats) > _LIKELY)
        if len(speech) < _MIN_FRAMES:
            return None
        first, end = (int(index) * _FRAME / SAMPLE_RATE for index in (speech[0], speech[-1] + 1))
        return first, min(end, audio.seconds)

    def _probabilities(self, floats: Floats) -> Floats:
        frames = -(-len(floats) // _FRAME)
        padded = np.zeros(_CONTEXT + frames * _FRAME, np.float32)
        padded[_CONTEXT : _CONTEXT + len(floats)] = floats
        windows = np.lib.stride_tricks.sliding_window_view(padded, _CONTEXT + _FRAME)[::_FRAME]
        state = np.zeros((1, 1, 128), np.float32)
        [probabilities] = self._network.run(
            ["speech_probs"], {"input": np.ascontiguousarray(windows), "h": state, "c": state}
        )
        return np.asarray(probabilities, np.float32)


class VoiceFollower:
    """One network for any number of voices: 0.1 ms a frame, and for each voice a state of 1 kB."""

    def __init__(self, file: Path) -> None:
        self._network = open_session(file, threads=1)
        # The library allocates at the first call; no caller should wait for that.
        self.follow()(Pcm(bytes(_FRAME * BYTES_PER_SAMPLE)))

    def follow(self) -> Callable[[Pcm], float]:
        """Begin with another voice: what is returned takes its frames of 32 ms one by one."""
        heard = np.zeros(_CONTEXT, np.float32)
        hidden = cell = np.zeros((1, 1, 128), np.float32)

        def likelihood(frame: Pcm) -> float:
            nonlocal heard, hidden, cell
            window = np.concatenate((heard, frame.floats))
            heard = window[-_CONTEXT:]
            probabilities, hidden, cell = self._network.run(
                ["speech_probs", "hn", "cn"], {"input": window[None], "h": hidden, "c": cell}
            )
            return float(probabilities[0])

        return likelihood


def open_session(file: Path, *, threads: int) -> onnxruntime.InferenceSession:
    """A network on the processor that uses no more threads than it is given."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

"""Where recorded audio lies on the session's clock, however its frames arrive."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest

from agent_service.recording.recorder import Chunk, Recorder
from shared.audio import SAMPLE_RATE

_FRAME_SECONDS = 0.032
_FRAME = round(_FRAME_SECONDS * SAMPLE_RATE)


@dataclass
class Microphone:
    """Audio whose samples tell how old it is: each is the number of whole seconds since the session began."""

    clock: float = 0.0
    spoken: float = 0.0
    """What was said until here has been handed on."""

    chunks: list[Chunk] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recorder = Recorder(now=lambda: self.clock, keep=self.chunks.append, on=True)

    def speak(self, until: float, *, delay: float = 0.1, jitter: float = 0.0, skew: float = 1.0) -> None:
        """Frames arrive when they have been spoken, and a little later; of a fast clock they are too many."""
        noise = random.Random(1)
        while self.spoken < until:
            self.spoken += _FRAME_SECONDS / skew
            self.clock = max(self.clock, self.spoken + delay + noise.random() * jitter)
            second = int((self.spoken - _FRAME_SECONDS / 2) % 30_000)
            self.recorder.hear(np.full(_FRAME, second, np.int16).tobytes())

    def worst(self, *, delay: float = 0.1) -> float:
        """How far any second lies from where it was spoken, in seconds."""
        return max(
            abs(chunk.start + first / SAMPLE_RATE - delay - int(samples[first]))
            for chunk in self.chunks
            for samples in [chunk.audio.samples]
            for first in np.flatnonzero(np.diff(samples)) + 1
        )


def test_an_hour_with_jitter_is_where_it_was_spoken() -> None:
    heard = Microphone()
    heard.speak(3600, jitter=0.06)
    heard.recorder.pause()
    assert heard.worst() < 0.05
    assert sum(chunk.audio.seconds for chunk in heard.chunks) == pytest.approx(3600, abs=1)


@pytest.mark.parametrize("skew", [1.0002, 0.9998])
def test_a_microphone_with_a_wrong_clock_stays_where_it_is(skew: float) -> None:
    heard = Microphone()
    heard.speak(3600, jitter=0.02, skew=skew)
    heard.recorder.pause()
    assert heard.worst() < 0.05


def test_frames_that_went_missing_leave_a_gap() -> None:
    heard = Microphone()
    heard.speak(25)
    heard.spoken = 40
    heard.speak(60)
    heard.recorder.pause()
    assert heard.worst() < 0.05 + _FRAME_SECONDS
    covered = [(chunk.start, chunk.start + chunk.audio.seconds) for chunk in heard.chunks]
    assert not any(start < 35 < end for start, end in covered)


def test_frames_that_had_to_wait_at_first_are_where_they_were_spoken() -> None:
    heard = Microphone()
    heard.clock = 2.0  # a model was being made
    heard.speak(30)
    heard.recorder.pause()
    assert heard.worst() < 0.05


def test_frames_that_stop_and_come_again_begin_another_chunk() -> None:
    heard = Microphone()
    heard.speak(5)
    heard.recorder.lose()
    heard.spoken = heard.clock = 60
    heard.speak(65)
    heard.recorder.pause()
    assert [round(chunk.start) for chunk in heard.chunks] == [0, 60]


def test_nothing_is_kept_while_it_is_off() -> None:
    heard = Microphone()
    heard.speak(5)
    heard.recorder.switch(on=False)
    heard.speak(25)
    heard.recorder.switch(on=True)
    heard.speak(32)
    heard.recorder.pause()
    assert [(round(chunk.start), round(chunk.audio.seconds)) for chunk in heard.chunks] == [(0, 5), (25, 7)]

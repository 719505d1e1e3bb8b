"""Voice activity on the real model, which comes with its package."""

import numpy as np

from agent_service.vad import make_vad
from shared.audio import SAMPLE_RATE
from shared.listening import Framer
from tests.integration.agent_service.voices import say


def share_of_speech(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    vad = make_vad(threshold=0.5)
    heard = [vad.is_speech(frame) for frame in Framer().push(samples.tobytes())]
    return sum(heard) / len(heard)


def test_a_voice_is_speech() -> None:
    assert share_of_speech(say("alfa", 3.0)) > 0.9


def test_silence_and_noise_are_not() -> None:
    rng = np.random.default_rng(0)
    for loudness in (1, 300, 8000):
        noise = rng.integers(-loudness, loudness, 3 * SAMPLE_RATE, dtype=np.int16)
        assert share_of_speech(noise) == 0.0


def test_a_tone_is_not() -> None:
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    tone = (8000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)
    assert share_of_speech(tone) < 0.05

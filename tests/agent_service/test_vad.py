"""Voice activity on the real model, which comes with its package."""

import numpy as np

from agent_service.vad import FRAME_SAMPLES, Framer, SileroVad
from shared.audio import SAMPLE_RATE, Pcm
from tests.integration.agent_service.voices import say


def share_of_speech(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    vad = SileroVad(threshold=0.5)
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


def test_frames_are_cut_from_pieces_of_any_length() -> None:
    data = bytes(range(256)) * 50
    framer = Framer()
    pieces = (data[start : start + 700] for start in range(0, len(data), 700))
    frames = [frame for piece in pieces for frame in framer.push(piece)]
    assert all(frame == Pcm(frame.data) and len(frame.samples) == FRAME_SAMPLES for frame in frames)
    assert b"".join(frame.data for frame in frames) == data[: len(frames) * FRAME_SAMPLES * 2]
    assert len(frames) == len(data) // (FRAME_SAMPLES * 2)

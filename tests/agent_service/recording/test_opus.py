"""Chunks as files."""

import numpy as np
import pytest

from shared.audio import SAMPLE_RATE, Pcm
from shared.opus import compressed, decoded


def test_a_chunk_is_as_long_and_as_loud_compressed_as_before() -> None:
    tone = (0.3 * np.sin(np.arange(round(9.9 * SAMPLE_RATE)) * 0.2)).astype(np.float32)
    samples = decoded(compressed(Pcm.from_floats(tone)))
    assert len(samples) / SAMPLE_RATE == pytest.approx(9.9, abs=0.001)
    assert np.abs(samples / 32_768).mean() == pytest.approx(np.abs(tone).mean(), rel=0.05)

"""Recordings of any length as windows that end in pauses."""

from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from api_service.transcribing.windows import Window, windows
from shared.audio import SAMPLE_RATE


async def taken(
    samples: np.ndarray[tuple[int, int], np.dtype[np.int16]], *, cuts: Sequence[float] = ()
) -> list[Window]:
    """Windows of frames, shape (n, channels), that arrive in pieces of an odd length."""

    async def pieces() -> AsyncIterator[bytes]:
        data = samples.tobytes()
        for first in range(0, len(data), 70_001):
            yield data[first : first + 70_001]

    return [window async for window in windows(pieces(), channels=samples.shape[1], cuts=cuts)]


def speech(seconds: int, channels: int = 1) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """Noise that pauses for half a second each ten."""
    frames = np.random.default_rng(1).normal(0, 3000, (seconds * SAMPLE_RATE, channels)).astype(np.int16)
    for pause in range(10, seconds, 10):
        frames[pause * SAMPLE_RATE : round((pause + 0.5) * SAMPLE_RATE)] = 0
    return frames


async def test_windows_cover_all_of_it_and_end_in_pauses() -> None:
    heard = speech(200)
    found = await taken(heard)
    assert b"".join(window.channels[0].data for window in found) == heard.tobytes()
    assert [window.start for window in found[1:]] == [window.end for window in found[:-1]]
    assert all(window.end % 10 < 0.5 for window in found[:-1])
    assert max(window.end - window.start for window in found[:-1]) <= 45


async def test_windows_end_wherever_that_is_wanted() -> None:
    heard = speech(200)
    found = await taken(heard, cuts=(3.0, 3.5, 150.0, 250.0))
    assert b"".join(window.channels[0].data for window in found) == heard.tobytes()
    ends = [window.end for window in found]
    assert {3.0, 3.5, 150.0} < set(ends)
    assert all(end % 10 < 0.5 for end in ends if end not in {3.0, 3.5, 200.0})


async def test_channels_stay_together() -> None:
    heard = speech(70, channels=2)
    found = await taken(heard)
    for number in (0, 1):
        channel = b"".join(window.channels[number].data for window in found)
        assert channel == np.ascontiguousarray(heard[:, number]).tobytes()
    assert [window.start for window in found] == [0.0, pytest.approx(found[0].end)]


async def test_a_short_recording_is_one_window_and_an_empty_one_none() -> None:
    [window] = await taken(speech(3))
    assert (window.start, window.end) == (0.0, 3.0)
    assert await taken(speech(0)) == []

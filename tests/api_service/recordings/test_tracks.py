"""Chunks as streams on the session's clock, and streams as files that players understand."""

from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest

from api_service.recordings.files import PlayableFile
from api_service.recordings.tracks import Voice, mixed, windows
from shared.audio import SAMPLE_RATE, Samples
from shared.contracts.recordings import ChunkName

SESSION = uuid4()


def chunk(start: float, *, who: str = "ann") -> ChunkName:
    return ChunkName(SESSION, who, "TR_1", round(start * 1000))


def click(seconds: float) -> Samples:
    """Silence of this length that begins with 50 ms of noise."""
    samples = np.zeros(round(seconds * SAMPLE_RATE), dtype=np.int16)
    samples[: SAMPLE_RATE // 20] = 9000
    return samples


async def read(*voices: Voice, seconds: float = 30.0) -> list[Samples]:
    parts = [window async for window in windows(voices, seconds=seconds)]
    return [np.concatenate([window[number] for window in parts]) for number in range(len(voices))]


def onsets(samples: Samples) -> list[float]:
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 4000)
    return [
        float(each) / SAMPLE_RATE for each in loud[np.diff(loud, prepend=-SAMPLE_RATE) > SAMPLE_RATE // 5]
    ]


async def test_every_chunk_is_in_its_place_and_silence_between_them() -> None:
    places = [0.0, 10.02, 3599.5]

    async def fetch(_: ChunkName) -> Samples:
        return click(10.0)

    [heard] = await read(Voice([chunk(start) for start in reversed(places)], fetch))
    assert onsets(heard) == pytest.approx(places, abs=0.001)
    assert len(heard) / SAMPLE_RATE == pytest.approx(3609.5)


async def test_voices_are_as_long_as_the_longest_and_mixed_without_wrapping() -> None:
    async def fetch(_: ChunkName) -> Samples:
        return np.full(5 * SAMPLE_RATE, 30_000, dtype=np.int16)

    ann, bob = Voice([chunk(0.0)], fetch), Voice([chunk(3.0, who="bob")], fetch)
    heard = await read(ann, bob, seconds=1.0)
    assert [len(samples) / SAMPLE_RATE for samples in heard] == [8.0, 8.0]
    together = mixed(heard)
    assert together.max() == 32767
    assert together.min() == 30_000


async def test_files_play_as_long_as_they_were_written(tmp_path: Path) -> None:
    with PlayableFile(tmp_path / "meeting.m4a") as file:
        for _ in range(3):
            file.write(click(20.0))
    with av.open(str(file.path), "r") as played:
        assert played.duration is not None
        assert played.duration / av.time_base == pytest.approx(60, abs=0.05)
        samples = np.concatenate([frame.to_ndarray()[0] for frame in played.decode(audio=0)])
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    places = loud[np.diff(loud, prepend=-SAMPLE_RATE) > SAMPLE_RATE // 5] / SAMPLE_RATE
    # The decoder's first 64 ms are what players skip.
    assert places == pytest.approx([0, 20, 40], abs=0.08)
    content = file.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")

"""Chunks as streams on the session's clock, and streams as files that players understand."""

import asyncio
import threading
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest

from api_service.recordings.files import PlayableFile, written
from api_service.recordings.tracks import Voice, mixed, windows
from shared.audio import SAMPLE_RATE, Samples
from shared.contracts.recordings import ChunkName
from tests.scripted import until

SESSION = uuid4()


def chunk(start: float, *, who: str = "ann") -> ChunkName:
    return ChunkName(SESSION, who, "TR_1", round(start * 1000))


def click(seconds: float) -> Samples:
    """Silence of this length that begins with 50 ms of noise."""
    samples = np.zeros(round(seconds * SAMPLE_RATE), dtype=np.int16)
    samples[: SAMPLE_RATE // 20] = 9000
    return samples


async def read(*voices: Voice, seconds: float = 30.0) -> list[Samples]:
    """Everything from the beginning on, with silence in the gaps."""
    heard = [np.zeros(0, dtype=np.int16) for _ in voices]
    async for first, window in windows(voices, seconds=seconds):
        heard = [
            np.concatenate([before, np.zeros(first - len(before), dtype=np.int16), samples])
            for before, samples in zip(heard, window, strict=True)
        ]
    return heard


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


async def test_gaps_of_days_are_left_out_and_what_follows_is_in_its_place() -> None:
    day = 86_400.0

    async def fetch(_: ChunkName) -> Samples:
        return click(10.0)

    voices = [Voice([chunk(day), chunk(3 * day)], fetch), Voice([chunk(day + 50, who="bob")], fetch)]
    found = [(first / SAMPLE_RATE, len(heard[0])) async for first, heard in windows(voices, seconds=30.0)]
    assert [first for first, _ in found] == [day, day + 30, 3 * day]
    assert sum(length for _, length in found) == 70 * SAMPLE_RATE


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


async def test_a_file_rests_for_a_day_and_goes_on_in_its_place(tmp_path: Path) -> None:
    day = 86_400 * SAMPLE_RATE
    with PlayableFile(tmp_path / "meeting.m4a") as file:
        file.write(click(3.0))
        file.rest(day + 7)
        assert file.samples == 3 * SAMPLE_RATE + day + 7
        file.write(click(3.0))
        file.rest(12 * SAMPLE_RATE)
        file.write(click(3.0))
    assert file.path.stat().st_size < 15_000_000
    with av.open(str(file.path), "r") as played:
        assert played.duration is not None
        assert played.duration / av.time_base == pytest.approx(86_400 + 21, abs=0.1)
        last = 86_400 + 3
        played.seek((last - 2) * av.time_base)
        frames = [
            (frame.time, frame.to_ndarray()[0]) for frame in played.decode(audio=0) if frame.time is not None
        ]
    begins = frames[0][0]
    samples = np.concatenate([samples for _, samples in frames])
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    places = loud[np.diff(loud, prepend=-SAMPLE_RATE) > SAMPLE_RATE // 5] / SAMPLE_RATE + begins - last
    assert places == pytest.approx([0, 15], abs=0.08)


async def test_nobody_closes_a_file_that_a_thread_still_writes() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        assert may_end.wait(5)

    closing = asyncio.create_task(written(write))
    await until(begun.is_set)
    for _ in range(2):
        closing.cancel()
        await asyncio.wait({closing}, timeout=0.02)
        assert not closing.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await closing


async def test_what_a_file_cannot_take_is_told(tmp_path: Path) -> None:
    def write() -> None:
        raise OSError(f"no space is left in {tmp_path}")

    with pytest.raises(OSError, match="no space"):
        await written(write)

"""Files of any length as a stream, with every sound where it is in the file."""

import io
import resource
from collections.abc import AsyncIterator, Iterator

import av
import numpy as np
import pytest

from shared.audio import SAMPLE_RATE
from shared.decoding import AudioTooLong, Decoder, UndecodableAudio
from shared.decoding_child import decode
from shared.decoding_stream import TooLong, stream
from shared.probing import probe

_CLICK_SECONDS = 0.05


def recording(
    container: str, codec: str, *, seconds: float, clicks: list[float], rate: int = 16_000, channels: int = 1
) -> bytes:
    """Silence with clicks of 50 ms in it; the second channel clicks half a second later."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        layout = {1: "mono", 2: "stereo"}[channels]
        track = output.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(track, av.AudioStream)
        for first in range(0, round(seconds * rate), 60 * rate):
            count = min(60 * rate, round(seconds * rate) - first)
            rows = np.zeros((count, channels), dtype=np.int16)
            for channel in range(channels):
                for click in clicks:
                    start = round((click + channel / 2) * rate) - first
                    rows[max(0, start) : max(0, start + round(_CLICK_SECONDS * rate)), channel] = 12_000
            frame = av.AudioFrame.from_ndarray(rows.reshape(1, -1), "s16", layout)
            frame.sample_rate, frame.pts = rate, first
            output.mux(track.encode(frame))
        output.mux(track.encode(None))
    return file.getvalue()


def clicks_in(pieces: Iterator[bytes], *, channels: int = 1) -> list[list[float]]:
    """Where each channel becomes loud, in seconds."""
    samples = np.frombuffer(b"".join(pieces), dtype="<i2").reshape(-1, channels)
    found = []
    for channel in range(channels):
        loud = np.flatnonzero(np.abs(samples[:, channel].astype(int)) > 4_000)
        onsets = loud[np.diff(loud, prepend=-SAMPLE_RATE) > SAMPLE_RATE // 5]
        found.append([float(onset) / SAMPLE_RATE for onset in onsets])
    return found


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 44_100),
        ("flac", "flac", 48_000),
        ("mp3", "mp3", 44_100),
        ("ogg", "libopus", 48_000),
        ("mp4", "aac", 44_100),
        ("matroska", "libopus", 48_000),
        ("mpegts", "aac", 48_000),
    ],
)
def test_every_sound_is_where_players_have_it(container: str, codec: str, rate: int) -> None:
    clicks = [1.0, 30.0, 58.5]
    file = recording(container, codec, seconds=60, clicks=clicks, rate=rate)
    [heard] = clicks_in(stream(io.BytesIO(file), channels=0, max_seconds=70))
    assert heard == pytest.approx(clicks, abs=0.05)


def test_the_end_of_three_hours_is_exact_and_takes_no_memory() -> None:
    clicks = [5.0, 3600.0, 10_795.0]
    file = recording("flac", "flac", seconds=10_800, clicks=clicks, rate=11_025)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    position, heard = 0, []
    for piece in stream(io.BytesIO(file), channels=0, max_seconds=11_000):
        heard += [position / SAMPLE_RATE + at for at in clicks_in(iter([piece]))[0]]
        position += len(piece) // 2
    assert heard == pytest.approx(clicks, abs=0.05)
    assert position / SAMPLE_RATE == pytest.approx(10_800, abs=0.05)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # kB; the whole is 345 MB


def test_what_the_clock_of_the_file_skips_is_silence() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as output:
        track = output.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for second in (0, 10):
            frame = av.AudioFrame.from_ndarray(np.full((1, 16_000), 12_000, dtype=np.int16), "s16", "mono")
            frame.sample_rate, frame.pts = 16_000, second * 16_000
            output.mux(track.encode(frame))
        output.mux(track.encode(None))
    [heard] = clicks_in(stream(io.BytesIO(file.getvalue()), channels=0, max_seconds=20))
    assert heard == pytest.approx([0.0, 10.0], abs=0.05)


def test_channels_are_kept_apart_or_mixed() -> None:
    file = recording("wav", "pcm_s16le", seconds=4, clicks=[1.0], channels=2)
    apart = clicks_in(stream(io.BytesIO(file), channels=2, max_seconds=5), channels=2)
    assert apart == [pytest.approx([1.0], abs=0.01), pytest.approx([1.5], abs=0.01)]
    [mixed] = clicks_in(stream(io.BytesIO(file), channels=0, max_seconds=5))
    assert mixed == pytest.approx([1.0, 1.5], abs=0.01)


def test_more_audio_than_is_wanted_ends_the_stream() -> None:
    file = recording("wav", "pcm_s16le", seconds=10, clicks=[])
    with pytest.raises(TooLong):
        list(stream(io.BytesIO(file), channels=0, max_seconds=5))


async def test_a_stream_comes_from_a_process_of_its_own_as_fast_as_it_is_taken() -> None:
    file = recording("ogg", "libopus", seconds=120, clicks=[1.0, 119.0], rate=48_000)
    asked = 0

    async def part(start: int, end: int) -> bytes:
        nonlocal asked
        asked += 1
        return file[start:end]

    async with Decoder(max_seconds=0) as decoder:
        pieces = [piece async for piece in decoder.stream(part, len(file), channels=0, max_seconds=130)]
        assert clicks_in(iter(pieces)) == [pytest.approx([1.0, 119.0], abs=0.05)]
        assert asked
        with pytest.raises(AudioTooLong):
            await _all(decoder.stream(part, len(file), channels=0, max_seconds=60))
        left = decoder.stream(part, len(file), channels=0, max_seconds=130)
        await anext(left)
        await left.aclose()  # who has enough frees the place
        await _all(decoder.stream(part, len(file), channels=0, max_seconds=130))


async def test_what_is_no_audio_is_refused() -> None:
    async def part(start: int, end: int) -> bytes:
        return bytes(end - start)

    async with Decoder(max_seconds=0) as decoder:
        with pytest.raises(UndecodableAudio):
            await _all(decoder.stream(part, 100_000, channels=0, max_seconds=60))


async def _all(pieces: AsyncIterator[bytes]) -> int:
    return sum([len(piece) async for piece in pieces])


@pytest.mark.parametrize(
    ("container", "codec", "rate"), [("ogg", "libopus", 48_000), ("ogg", "flac", 16_000)]
)
def test_recordings_that_were_joined_are_heard_one_after_the_other(
    container: str, codec: str, rate: int
) -> None:
    links = [
        recording(container, codec, seconds=seconds, clicks=[0.2], rate=rate) for seconds in (2.0, 0.5, 2.0)
    ]
    file = b"".join(links)
    [heard] = clicks_in(stream(io.BytesIO(file), channels=0, max_seconds=10))
    assert heard == pytest.approx([0.2, 2.2, 2.7], abs=0.1)
    assert probe(io.BytesIO(links[0] + links[2])).duration_seconds == pytest.approx(4.0, abs=0.1)
    whole = decode(file, max_seconds=10)
    assert len(whole) / 2 / SAMPLE_RATE == pytest.approx(4.5, abs=0.1)

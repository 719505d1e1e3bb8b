"""Audio of ours, the way into it and where long audio is cut."""

import io
import wave
from itertools import pairwise

import numpy as np
import pytest

from shared.audio import (
    SAMPLE_RATE,
    Inflow,
    Pcm,
    Samples,
    cut_at_pauses,
    join,
    mixed_down,
    read_plain_wav,
    resample,
)


def tone(seconds: float, *, rate: int = SAMPLE_RATE, hertz: float = 440, peak: float = 0.5) -> Samples:
    times = np.arange(round(seconds * rate)) / rate
    return np.round(np.sin(2 * np.pi * hertz * times) * peak * 32767).astype(np.int16)


def wav(samples: Samples, *, rate: int = SAMPLE_RATE, channels: int = 1, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, width, rate, 0, "NONE", ""))
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def script(marks: str) -> Pcm:
    """One character for each second: '#' loud, '.' quiet."""
    return join([Pcm.from_samples(tone(1, peak=0.5 if mark == "#" else 0.001)) for mark in marks])


def test_half_a_sample_is_no_audio() -> None:
    with pytest.raises(ValueError, match="even number"):
        Pcm(b"\0")


def test_floats_beyond_full_scale_are_clipped() -> None:
    audio = Pcm.from_floats(np.array([-2, -1, 0, 1, 2], np.float32))
    assert audio.samples.tolist() == [-32767, -32767, 0, 32767, 32767]


def test_a_slice_counts_in_seconds() -> None:
    audio = Pcm.from_samples(tone(1.0))
    assert audio.slice(0.25, 0.75).samples.tolist() == audio.samples[4000:12000].tolist()


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_resampling_keeps_length_and_pitch(rate: int) -> None:
    audio = resample(tone(1.0, rate=rate), rate)
    assert audio.seconds == pytest.approx(1.0, abs=0.001)
    assert np.argmax(np.abs(np.fft.rfft(audio.floats))) == pytest.approx(440, abs=1)


def test_channels_are_averaged_and_an_incomplete_frame_is_left_out() -> None:
    assert mixed_down(np.array([100, 200, -50, 50, 7], np.int16), 2).tolist() == [150, 0]


def test_a_plain_wav_is_read() -> None:
    samples = tone(0.1)
    read = read_plain_wav(wav(samples, rate=22_050))
    assert read is not None
    assert (read.mono().tolist(), read.rate) == (samples.tolist(), 22_050)


def test_both_channels_of_a_wav_are_heard() -> None:
    read = read_plain_wav(wav(np.array([0, 200, 0, 400], np.int16), channels=2))
    assert read is not None
    assert read.mono().tolist() == [100, 200]


def test_a_wav_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    read = read_plain_wav(wav(tone(1.0))[:-1001])
    assert read is not None
    assert len(read.mono()) == SAMPLE_RATE - 501


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"RIFF",
        b"OggS" + bytes(100),
        wav(tone(0.1))[:40],
        wav(tone(0.1), width=1),
        wav(tone(0.1), rate=1),
        wav(np.zeros(0, np.int16)),
        wav(tone(0.1)).replace(b"fmt ", b"junk"),
    ],
    ids=["empty", "begun", "ogg", "header only", "8 bits", "absurd rate", "no samples", "no format"],
)
def test_what_is_no_plain_wav_is_left_to_the_decoder(body: bytes) -> None:
    assert read_plain_wav(body) is None


def test_a_file_of_nothing_but_empty_chunks_is_not_walked_to_its_end() -> None:
    whole = wav(tone(0.1))
    hostile = whole[:12] + b"LIST\0\0\0\0" * 2_000 + whole[12:]
    assert read_plain_wav(hostile) is None
    few = read_plain_wav(whole[:12] + b"LIST\0\0\0\0" * 20 + whole[12:])
    assert few is not None
    assert few.seconds == pytest.approx(0.1)


@pytest.mark.parametrize("channels", [2, 3, 6, 8])
def test_long_audio_is_mixed_as_short_audio_is(channels: int) -> None:
    frames = np.random.default_rng(1).integers(-32_768, 32_768, (300_001, channels)).astype(np.int16)
    expected = np.rint(frames.sum(axis=1) / channels)
    assert np.abs(mixed_down(frames.ravel(), channels) - expected).max() <= 1


def test_no_damage_to_a_header_raises() -> None:
    whole, random = wav(tone(0.02)), np.random.default_rng(1)
    for _ in range(3000):
        damaged = bytearray(whole[: random.integers(0, len(whole))])
        for place in random.integers(0, 48, size=3):
            if place < len(damaged):
                damaged[place] = random.integers(0, 256)
        read_plain_wav(bytes(damaged))


def test_short_audio_is_not_cut() -> None:
    assert cut_at_pauses(script("##.##"), max_seconds=12) == [(0.0, 5.0)]


def test_no_audio_is_one_empty_piece() -> None:
    assert cut_at_pauses(Pcm(b""), max_seconds=12) == [(0.0, 0.0)]


def test_long_audio_is_cut_where_it_is_quiet() -> None:
    pieces = cut_at_pauses(script("########.########.######"), max_seconds=12)
    assert [int(end) for _, end in pieces] == [8, 17, 24]


def test_a_later_pause_is_preferred_to_an_equal_earlier_one() -> None:
    [(_, cut), _] = cut_at_pauses(script("#####.####.#####"), max_seconds=12)
    assert 10 < cut < 11


@pytest.mark.parametrize("seconds", [12.01, 13, 24, 25.5, 100, 300])
def test_pieces_cover_everything_and_are_neither_long_nor_tiny(seconds: float) -> None:
    noise = np.random.default_rng(int(seconds)).normal(0, 0.1, round(seconds * SAMPLE_RATE))
    audio = Pcm.from_floats(noise.astype(np.float32))
    pieces = cut_at_pauses(audio, max_seconds=12)
    assert (pieces[0][0], pieces[-1][1]) == (0.0, audio.seconds)
    assert all(before[1] == after[0] for before, after in pairwise(pieces))
    assert all(3.9 <= end - start <= 12.03 for start, end in pieces)


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("piece", [1_001, 4_800, 1_000_000])
def test_audio_in_pieces_is_what_it_is_as_a_whole(rate: int, piece: int) -> None:
    data, inflow = tone(1.5, rate=rate).tobytes(), Inflow(rate)
    pieces = [inflow.push(data[start : start + piece]) for start in range(0, len(data), piece)]
    flowed = Pcm(b"".join(pieces) + inflow.flush())
    whole = resample(tone(1.5, rate=rate), rate)
    assert flowed.seconds == pytest.approx(1.5, abs=0.001)
    assert np.abs(flowed.floats[: len(whole.floats)] - whole.floats[: len(flowed.floats)]).max() < 0.001


def test_audio_in_pieces_keeps_little_back() -> None:
    inflow = Inflow(24_000)
    arrived = sum(len(inflow.push(tone(0.02, rate=24_000).tobytes())) for _ in range(50))
    assert Pcm(bytes(arrived)).seconds > 1.0 - 0.06

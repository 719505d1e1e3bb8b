"""Files of any kind as audio of ours, decoded where they can do no harm."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from shared.audio import Pcm
from shared.decoding import AudioTooLong, Decoder, DecoderBusy, Part, UndecodableAudio
from shared.decoding_child import Gone, decode, is_abandoned
from shared.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40.0


def encoded(container: str, codec: str, *, rate: int = 48_000, seconds: float = 1.0) -> bytes:
    """A tone of 440 Hz in a file of some kind."""
    times = np.arange(round(seconds * rate)) / rate
    samples = np.round(np.sin(2 * np.pi * 440 * times) * 16_000).astype(np.int16)[None]
    file = BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(stream.codec_context.format, "mono", rate, stream.frame_size or 1024)
        frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
        frame.sample_rate = rate
        for piece in (*resampler.resample(frame), *resampler.resample(None), None):
            output.mux(stream.encode(piece))
    return file.getvalue()


def film(*, seconds: int) -> bytes:
    """Much noise to look at, all of it before the little there is to hear."""
    file = BytesIO()
    noise = np.random.default_rng(7)
    with av.open(file, "w", format="mp4") as output:
        pictures = output.add_stream("mpeg4", rate=5, width=320, height=240, pix_fmt="yuv420p")
        pictures.bit_rate = 4_000_000
        sound = output.add_stream("aac", rate=16_000, layout="mono")
        for _ in range(5 * seconds):
            picture = av.VideoFrame.from_ndarray(noise.integers(0, 255, (240, 320, 3), np.uint8), "rgb24")
            output.mux(pictures.encode(picture))
        output.mux(pictures.encode(None))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, seconds * 16_000), np.float32), "fltp", "mono")
        frame.sample_rate = 16_000
        output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    return file.getvalue()


def pitch(audio: Pcm) -> float:
    spectrum = np.abs(np.fft.rfft(audio.floats))
    return float(np.argmax(spectrum) / audio.seconds)


@pytest.fixture(scope="module")
async def decoder() -> AsyncIterator[Decoder]:
    async with Decoder(max_seconds=5) as decoder:
        yield decoder


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("flac", "flac", 44_100),
        ("mp3", "libmp3lame", 44_100),
        ("ogg", "libopus", 48_000),
        ("webm", "libopus", 48_000),
        ("mp4", "aac", 44_100),
        ("wav", "pcm_s24le", 48_000),
        ("wav", "pcm_mulaw", 8_000),
        ("aiff", "pcm_s16be", 22_050),
    ],
)
async def test_what_recorders_write_is_decoded(
    decoder: Decoder, container: str, codec: str, rate: int
) -> None:
    audio = await decoder.decode(encoded(container, codec, rate=rate))
    assert audio.seconds == pytest.approx(1.0, abs=0.1)
    assert pitch(audio) == pytest.approx(440, abs=2)


async def test_a_recording_that_breaks_off_is_worth_what_is_there(decoder: Decoder) -> None:
    whole = encoded("ogg", "libopus", seconds=3)
    audio = await decoder.decode(whole[: len(whole) * 2 // 3])
    assert 1 < audio.seconds < 3


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\0" * 1000,
        b"<html><body>not audio</body></html>",
        np.random.default_rng(1).bytes(100_000),
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\xff\xff\0\0\0\0\0\0\0\0\0\0\x10\0data\xff\xff\xff\xff",
        encoded("wav", "pcm_s16le", seconds=0.01)[:44],
    ],
    ids=["empty", "zeros", "a page", "noise", "an impossible header", "no samples"],
)
async def test_what_is_no_audio_is_refused(decoder: Decoder, file: bytes) -> None:
    with pytest.raises(UndecodableAudio):
        await decoder.decode(file)


@pytest.mark.parametrize("layout", ["mono", "7.1"])
def test_a_rate_beyond_sense_is_refused_before_it_costs_anything(layout: str) -> None:
    file = BytesIO()
    with av.open(file, "w", format="flac") as output:
        stream = output.add_stream("flac", rate=655_350, layout=layout)
        assert isinstance(stream, av.AudioStream)
        channels = stream.codec_context.layout.nb_channels
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 655_350 * channels), np.int16), "s16", layout)
        silence.sample_rate = 655_350
        for frame in (silence, None):
            output.mux(stream.encode(frame))
    with pytest.raises(ValueError, match="nobody records so"):
        decode(file.getvalue(), max_seconds=300)


def test_a_file_that_computes_for_too_long_is_killed() -> None:
    program = (
        "from shared.decoding_child import allow_computing, limit_this_process\n"
        "limit_this_process(2)\n"
        "allow_computing(0.1)\n"
        "while True: pass\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=PATIENCE)
    assert ran.returncode == -signal.SIGXCPU


def test_nobody_decodes_on_for_a_caller_who_has_gone() -> None:
    ours, theirs = socket.socketpair()
    file = encoded("wav", "pcm_s16le", seconds=20)
    with theirs:
        ours.shutdown(socket.SHUT_WR)
        assert not is_abandoned(theirs)  # there is only nothing more to read
        ours.close()
        assert is_abandoned(theirs)
        with pytest.raises(Gone):
            decode(file, max_seconds=30, wanted=lambda: not is_abandoned(theirs))


@pytest.mark.parametrize(("container", "codec"), [("adts", "aac"), ("mp3", "libmp3lame")])
async def test_a_file_that_changes_its_form_on_the_way_is_decoded(
    decoder: Decoder, container: str, codec: str
) -> None:
    low, high = (encoded(container, codec, rate=rate) for rate in (16_000, 44_100))
    audio = await decoder.decode(low + high)
    assert audio.seconds == pytest.approx(2.0, abs=0.2)


async def test_a_small_file_with_hours_of_audio_is_refused(decoder: Decoder) -> None:
    with pytest.raises(AudioTooLong, match="At most 5 seconds"):
        await decoder.decode(encoded("flac", "flac", rate=8_000, seconds=600))


@pytest.mark.parametrize(
    "playlist",
    [
        "ffconcat version 1.0\nfile {url}\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{url}\n#EXT-X-ENDLIST\n",
        "[playlist]\nFile1={url}\n",
        '<?xml version="1.0"?><MPD><Period><BaseURL>{url}</BaseURL></Period></MPD>',
    ],
)
async def test_a_playlist_makes_nobody_open_what_it_names(decoder: Decoder, playlist: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/a.wav"
        for named in (url, "/etc/hostname"):
            with pytest.raises(UndecodableAudio):
                await decoder.decode(playlist.format(url=named).encode())
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        ("open('/etc/hostname')", "OSError"),
        ("socket.socket()", "OSError"),
        ("os.open('/tmp', os.O_RDONLY)", "OSError"),
        ("bytearray(1 << 30)", "MemoryError"),
        ("len(bytearray(1 << 20))", "done"),
    ],
)
def test_a_process_that_decodes_can_reach_nothing(attempt: str, outcome: str) -> None:
    program = (
        "import os, socket\n"
        "from shared.decoding_child import limit_this_process\n"
        "limit_this_process(2)\n"
        f"try:\n    {attempt}\nexcept Exception as fault:\n"
        "    print('OSError' if isinstance(fault, OSError) else type(fault).__name__)\n"
        "else:\n    print('done')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == outcome


def parts_of(file: bytes) -> Part:
    async def part(start: int, end: int) -> bytes:
        return file[start:end]

    return part


@pytest.mark.parametrize(
    ("container", "codec", "rate", "kind", "mime_type"),
    [
        ("flac", "flac", 44_100, "flac", "audio/flac"),
        ("mp3", "libmp3lame", 44_100, "mp3", "audio/mpeg"),
        ("ogg", "libopus", 48_000, "ogg", "audio/ogg"),
        ("webm", "libopus", 48_000, "webm", "audio/webm"),
        ("matroska", "libopus", 48_000, "mka", "audio/x-matroska"),
        ("mp4", "aac", 44_100, "m4a", "audio/mp4"),
        ("mpegts", "mp2", 48_000, "ts", "audio/mp2t"),
        ("wav", "pcm_s24le", 48_000, "wav", "audio/wav"),
        ("aiff", "pcm_s16be", 22_050, "aiff", "audio/aiff"),
        ("avi", "pcm_s16le", 44_100, "avi", "audio/x-avi"),
        ("flv", "libmp3lame", 44_100, "flv", "audio/x-flv"),
        ("vob", "mp2", 48_000, "mpeg", "audio/x-mpeg"),
        ("wv", "wavpack", 44_100, "wv", "audio/x-wv"),
        ("tta", "tta", 44_100, "tta", "audio/x-tta"),
        ("rm", "ac3", 44_100, "rm", "audio/x-rm"),
        ("nut", "pcm_s16le", 16_000, "nut", "audio/x-nut"),
        ("voc", "pcm_u8", 8_000, "voc", "audio/x-voc"),
    ],
)
async def test_a_file_is_known_by_its_content(
    decoder: Decoder, container: str, codec: str, rate: int, kind: str, mime_type: str
) -> None:
    file = encoded(container, codec, rate=rate, seconds=3)
    facts = await decoder.probe(parts_of(file), len(file))
    assert (facts.format, facts.mime_type) == (kind, mime_type)
    assert (facts.sample_rate, facts.channels) == (rate, 1)
    assert facts.duration_seconds == pytest.approx(3, abs=0.1)


async def test_pictures_that_lie_apart_from_the_audio_are_not_fetched(decoder: Decoder) -> None:
    file = film(seconds=30)
    fetched = 0

    async def part(start: int, end: int) -> bytes:
        nonlocal fetched
        fetched += end - start
        return file[start:end]

    facts = await decoder.probe(part, len(file))
    assert (facts.format, round(facts.duration_seconds)) == ("mp4", 30)
    assert fetched < len(file) / 2
    pieces = [piece async for piece in decoder.stream(part, len(file), channels=0, max_seconds=60)]
    assert sum(map(len, pieces)) == pytest.approx(30 * 16_000 * 2, rel=0.01)


async def test_of_a_long_file_only_the_beginning_is_decoded(decoder: Decoder) -> None:
    file = encoded("flac", "flac", rate=8_000, seconds=600)
    assert (await decoder.probe(parts_of(file), len(file))).duration_seconds == pytest.approx(600)


@pytest.mark.parametrize(
    "file",
    [b"", b"\0" * 1000, b"<html></html>", b"ffconcat version 1.0\nfile /etc/hostname\n"],
    ids=["empty", "zeros", "a page", "a playlist"],
)
async def test_what_is_no_audio_has_no_facts(decoder: Decoder, file: bytes) -> None:
    with pytest.raises(UndecodableAudio):
        await decoder.probe(parts_of(file), len(file))


async def test_a_file_that_cannot_be_fetched_fails_as_whoever_has_it_says(decoder: Decoder) -> None:
    async def part(start: int, end: int) -> bytes:
        raise Unavailable("Gone fishing")

    with pytest.raises(Unavailable, match="Gone fishing"):
        await decoder.probe(part, 1000)


async def test_a_file_that_comes_too_slowly_is_not_taken_for_a_bad_one() -> None:
    async def part(start: int, end: int) -> bytes:
        await asyncio.Event().wait()
        return b""

    async with Decoder(max_seconds=5, wall_seconds=0.5) as decoder:
        with pytest.raises(Unavailable, match="in time"):
            await decoder.probe(part, 1000)


async def test_a_file_that_turns_out_shorter_is_worth_what_is_there(decoder: Decoder) -> None:
    file = encoded("wav", "pcm_s16le", seconds=2)
    facts = await decoder.probe(parts_of(file[: len(file) // 2]), len(file))
    assert facts.duration_seconds == pytest.approx(1, abs=0.1)


async def test_more_files_than_may_wait_are_refused_at_once(decoder: Decoder) -> None:
    file = encoded("mp3", "libmp3lame")
    outcomes = await asyncio.gather(*(decoder.decode(file) for _ in range(20)), return_exceptions=True)
    decoded = [each for each in outcomes if isinstance(each, Pcm)]
    busy = [each for each in outcomes if isinstance(each, DecoderBusy)]
    assert (len(decoded), len(busy)) == (10, 10)
    assert busy[0].retryable


async def test_a_caller_who_hangs_up_makes_room(decoder: Decoder) -> None:
    file = encoded("mp3", "libmp3lame")
    for _ in range(5):
        impatient = asyncio.create_task(decoder.decode(file))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.wait([impatient])
    async with asyncio.timeout(PATIENCE):
        assert (await decoder.decode(file)).seconds > 0.9


async def test_the_forking_process_is_replaced_when_it_dies(decoder: Decoder) -> None:
    file = encoded("flac", "flac")
    await decoder.decode(file)
    assert decoder.process_id is not None
    os.kill(decoder.process_id, signal.SIGKILL)
    audio = None
    async with asyncio.timeout(PATIENCE):
        while audio is None:
            with suppress(Unavailable):  # retryable, so that callers ask again
                audio = await decoder.decode(file)
            await asyncio.sleep(0.01)
    assert audio.seconds == pytest.approx(1.0, abs=0.01)


async def test_closing_leaves_no_process() -> None:
    async with Decoder(max_seconds=5) as decoder:
        process_id = decoder.process_id
        assert process_id is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)

"""An untrusted file as a stream of audio, however long; runs where shared.decoding_child has put limits.

Positions stay those of the file to its end: what its clock skips becomes silence, and what it has twice is
left out once. A clock that begins anew, as in files that were joined, goes on where it was. Players start at
the container's first moment, and so does the stream.
"""

from collections.abc import Iterator
from typing import BinaryIO

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE
from shared.probing import CLOCK_SLACK_SECONDS, Fetched, opened

_SLACK_SECONDS = 0.02
"""Clocks of containers are rounded; so much is no gap."""

_ALMOST_SECONDS = 0.1
"""A clock that goes back so near to its first moment begins anew, too, however little it had counted."""

_WITHOUT_CLOCK = "aac"
"""The format whose times are counted out at the rate of its beginning, whatever rate follows."""

_MOST_RATE = 192_000
"""Hertz. Nobody records more, and silence at any rate makes a small file that takes long to decode."""

_PIECE_BYTES = 64 * 1024
_MOST_CHANNELS = 8
_SILENT_FRAME_SAMPLES = 4096


class TooLong(Exception):
    """There is more audio than is of any use."""


def stream(file: BinaryIO | Fetched, *, channels: int, max_seconds: float) -> Iterator[bytes]:
    """16 kHz int16 samples in pieces of about 2 s: all mixed into one channel for `channels` 0, otherwise
    that many channels, interleaved.

    Raises TooLong, or ValueError or what the decoder raises when there is no audio that can be decoded.
    """
    if channels > _MOST_CHANNELS:
        raise ValueError("there are too many channels")
    with opened(file) as container:
        most = int(max_seconds * SAMPLE_RATE) * BYTES_PER_SAMPLE * max(1, channels)
        sent, piece = 0, bytearray()
        for samples in _resampled(_continuous(container), channels):
            piece += samples
            sent += len(samples)
            if sent > most:
                raise TooLong
            if len(piece) >= _PIECE_BYTES:
                yield bytes(piece)
                piece.clear()
        if piece:
            yield bytes(piece)
    if not sent:
        raise ValueError("there is no audio in the track")


def _resampled(frames: Iterator[AudioFrame], channels: int) -> Iterator[bytes]:
    """A file may change its rate or its channels on the way."""
    form: tuple[str, str, int] | None = None
    resampler: AudioResampler | None = None
    for frame in frames:
        its_form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if resampler is None or its_form != form:
            yield from _samples(resampler, None, channels)
            form, resampler = its_form, AudioResampler("s16", _layout(frame, channels), SAMPLE_RATE)
        yield from _samples(resampler, frame, channels)
    yield from _samples(resampler, None, channels)


def _layout(frame: AudioFrame, channels: int) -> str:
    return frame.layout.name if channels and frame.layout.nb_channels >= channels else "mono"


def _samples(resampler: AudioResampler | None, frame: AudioFrame | None, channels: int) -> Iterator[bytes]:
    for out in resampler.resample(frame) if resampler else ():
        there = out.layout.nb_channels
        rows = np.ascontiguousarray(out.to_ndarray(), dtype=np.int16).reshape(-1, there)
        yield (_with_channels(rows, channels) if channels else rows).tobytes()


def _with_channels(rows: npt.NDArray[np.int16], channels: int) -> npt.NDArray[np.int16]:
    """One is everywhere; of more, the first."""
    return np.repeat(rows, channels, axis=1) if rows.shape[1] == 1 else rows[:, :channels]


def _continuous(container: InputContainer) -> Iterator[AudioFrame]:
    """The frames of the first audio track, with silence where the file's clock skips."""
    first = began = clock = max(0.0, (container.start_time or 0) / av.time_base)
    position = 0.0
    for frame in _decoded(container):
        seconds = frame.samples / frame.sample_rate
        time = clock if frame.time is None or container.format.name == _WITHOUT_CLOCK else frame.time
        if _begins_anew(clock, time, first):
            began = time - position
        place, clock = time - began, time + seconds
        frame.pts = None
        if place + seconds <= position - _SLACK_SECONDS:
            continue
        if place > position + _SLACK_SECONDS:
            yield from _silence(frame, place - position)
            position = place
        yield frame
        position += seconds


def _begins_anew(clock: float, time: float, first: float) -> bool:
    """Whether a clock that ought to show one time and shows another is that of another recording."""
    back = clock - time
    return back > CLOCK_SLACK_SECONDS or (back > _ALMOST_SECONDS and time - first < _ALMOST_SECONDS)


def _silence(like: AudioFrame, seconds: float) -> Iterator[AudioFrame]:
    left = round(seconds * like.sample_rate)
    while left > 0:
        count = min(left, _SILENT_FRAME_SAMPLES)
        frame = AudioFrame(like.format.name, like.layout.name, count)
        frame.sample_rate = like.sample_rate
        quiet = b"\x80" if like.format.name.startswith("u8") else b"\x00"
        for plane in frame.planes:
            plane.update(quiet * plane.buffer_size)
        yield frame
        left -= count


def _decoded(container: InputContainer) -> Iterator[AudioFrame]:
    """A recording that breaks off, or has a gap, is worth what is there; noise is not a recording."""
    good = bad = 0
    for packet in container.demux(container.streams.audio[0]):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            bad += 1
            continue
        good += 1
        for frame in frames:
            assert isinstance(frame, AudioFrame)  # noqa: S101 - an audio stream has no others
            if frame.sample_rate > _MOST_RATE or frame.layout.nb_channels > _MOST_CHANNELS:
                raise ValueError("nobody records so")
            yield frame
    if bad >= good:
        raise ValueError("most of the file is no audio")

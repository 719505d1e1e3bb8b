"""Decodes one untrusted file per process; shared.decoding starts it as `python -m shared.decoding_child FD`.

The process that is started forks one child for each connection it is sent, so that a file costs a fork and
not the start of an interpreter. A child takes limits on itself before it reads the first byte.
"""

import io
import os
import resource
import signal
import socket
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import av
import av.error
import numpy as np

from shared.audio import BYTES_PER_SAMPLE, SAMPLE_RATE
from shared.contracts.decoding import BEGUN, HEADER, Outcome

_CPU_SECONDS = 30
_WALL_SECONDS = 60
_MEMORY_BYTES = 512 * 1024 * 1024
"""Beyond what the process has when it is forked."""

_DEMUXERS = (
    "aac,ac3,aiff,amr,asf,au,caf,eac3,flac,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpegts,ogg,w64,wav"
)
"""Files that contain their own audio. Playlists would make the decoder open what they name."""


class TooLong(Exception):
    """There is more audio than is of any use."""


def main() -> None:
    """Fork a child for each connection, until the other side is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a child; what counts is its answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal; whoever started us ends us in order
    control = socket.socket(fileno=int(sys.argv[1]))
    _warm_up()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        for descriptor in descriptors:
            if os.fork() == 0:
                control.close()
                _serve(descriptor)
                os._exit(0)
            os.close(descriptor)


def _warm_up() -> None:
    """Import what decoding imports late: a child may open no file, not even one of Python's own."""
    file = io.BytesIO()
    with wave.open(file, "wb") as tone:
        tone.setparams((2, BYTES_PER_SAMPLE, 48_000, 0, "NONE", ""))
        tone.writeframes(bytes(48_000))
    decode(file.getvalue(), max_seconds=1)


def _serve(descriptor: int) -> None:
    with socket.socket(fileno=descriptor) as connection:
        limit_this_process(descriptor)
        connection.sendall(BEGUN)
        sent = connection.makefile("rb").read()
        [max_seconds] = HEADER.unpack_from(sent)
        try:
            samples = decode(sent[HEADER.size :], max_seconds=max_seconds)
        except TooLong:
            connection.sendall(Outcome.TOO_LONG.value)
        except (av.error.FFmpegError, ValueError, OSError, MemoryError, EOFError):
            connection.sendall(Outcome.UNDECODABLE.value)
        else:
            connection.sendall(Outcome.DECODED.value + samples)


def limit_this_process(last_descriptor: int) -> None:
    """Little memory and time, and no file or connection beyond the one that is open already."""
    signal.alarm(_WALL_SECONDS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + _MEMORY_BYTES
    for kind, amount in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, last_descriptor + 1),
    ):
        resource.setrlimit(kind, (amount, amount))


def decode(file: bytes, *, max_seconds: float) -> bytes:
    """The first audio track as 16 kHz mono int16. Raises TooLong, or whatever the decoder raises."""
    options = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "none"}
    with av.open(io.BytesIO(file), "r", options=options) as container:
        if not container.streams.audio:
            raise ValueError("there is no audio track")
        most = int(max_seconds * SAMPLE_RATE) * BYTES_PER_SAMPLE
        decoded = bytearray()
        for piece in _pieces(container):
            decoded += piece
            if len(decoded) > most:
                raise TooLong
    if not decoded:
        raise ValueError("there is no audio in the track")
    return bytes(decoded)


def _pieces(container: av.container.InputContainer) -> Iterator[bytes]:
    """A recording that breaks off, or has a gap, is worth what is there; noise is not a recording."""
    stream = container.streams.audio[0]
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
    good = bad = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            bad += 1
            continue
        good += 1
        for frame in frames:
            assert isinstance(frame, av.AudioFrame)  # noqa: S101 - an audio stream has no others
            yield from (np.ascontiguousarray(out.to_ndarray()).tobytes() for out in resampler.resample(frame))
    if bad >= good:
        raise ValueError("most of the file is no audio")
    yield from (np.ascontiguousarray(out.to_ndarray()).tobytes() for out in resampler.resample(None))


if __name__ == "__main__":
    main()

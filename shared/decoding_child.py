"""Decodes or probes one untrusted file per process; shared.decoding starts it with `-m` and a descriptor.

The process that is started forks one child for each connection it is sent, so that a file costs a fork and
not the start of an interpreter. A child takes limits on itself before it reads the first byte.
"""

import io
import math
import os
import resource
import select
import signal
import socket
import struct
import sys
import wave
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av.error

from shared.audio import BYTES_PER_SAMPLE
from shared.contracts.decoding import AUDIO, BEGUN, HEADER, LENGTH, SIZE, STREAM, Job, Outcome
from shared.decoding_stream import TooLong, stream
from shared.probing import Fetched, probe

_CPU_SECONDS = 5
"""Of whoever does not say how much it needs."""

_WALL_SECONDS = 60
_STREAM_SECONDS = 24 * 3600
"""A stream waits for whoever takes it."""

_STREAM_CPU_SECONDS = 3600
_MEMORY_BYTES = 512 * 1024 * 1024
"""Beyond what the process has when it is forked."""


class Gone(Exception):
    """Nobody waits any more."""


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
                _serve(descriptor, Job(message))
                os._exit(0)
            os.close(descriptor)


def _warm_up() -> None:
    """Import what decoding imports late: a child may open no file, not even one of Python's own."""
    file = io.BytesIO()
    with wave.open(file, "wb") as tone:
        tone.setparams((2, BYTES_PER_SAMPLE, 48_000, 0, "NONE", ""))
        tone.writeframes(bytes(48_000))
    decode(file.getvalue(), max_seconds=1)
    file.seek(0)
    probe(file).model_dump_json()
    file.seek(0)
    for _ in stream(file, channels=0, max_seconds=1):
        pass


def _serve(descriptor: int, job: Job) -> None:
    with socket.socket(fileno=descriptor) as connection:
        limit_this_process(descriptor)
        with suppress(Gone, BrokenPipeError, ConnectionResetError):
            connection.sendall(BEGUN)
            connection.sendall(_outcome(connection, job))


def _outcome(connection: socket.socket, job: Job) -> bytes:
    try:
        return Outcome.DECODED.value + _DO[job](connection)
    except TooLong:
        return Outcome.TOO_LONG.value
    except (av.error.FFmpegError, ValueError, OSError, MemoryError, EOFError, struct.error):
        return Outcome.UNDECODABLE.value


def _decode_what_is_sent(connection: socket.socket) -> bytes:
    sent = connection.makefile("rb").read()
    max_seconds, computing_seconds = HEADER.unpack_from(sent)
    allow_computing(computing_seconds)
    return decode(
        memoryview(sent)[HEADER.size :], max_seconds=max_seconds, wanted=lambda: not is_abandoned(connection)
    )


def is_abandoned(connection: socket.socket) -> bool:
    """Whether the other side is gone: not when it only has nothing more to send."""
    watched = select.poll()
    watched.register(connection, 0)
    return bool(watched.poll(0))


def _probe_what_is_there(connection: socket.socket) -> bytes:
    [size] = SIZE.unpack(connection.recv(SIZE.size, socket.MSG_WAITALL))
    return probe(Fetched(connection, size)).model_dump_json().encode()


def _stream_what_is_there(connection: socket.socket) -> bytes:
    size, channels, max_seconds, computing_seconds = STREAM.unpack(
        connection.recv(STREAM.size, socket.MSG_WAITALL)
    )
    signal.alarm(_STREAM_SECONDS)
    allow_computing(computing_seconds)
    for piece in stream(Fetched(connection, size), channels=channels, max_seconds=max_seconds):
        connection.sendall(AUDIO + LENGTH.pack(len(piece)) + piece)
    return b""


def allow_computing(seconds: float) -> None:
    """From now on, in whole seconds; beyond them the process is killed."""
    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    most = min(_STREAM_CPU_SECONDS, math.ceil(spent + seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (most, _STREAM_CPU_SECONDS))


_DO = {Job.DECODE: _decode_what_is_sent, Job.PROBE: _probe_what_is_there, Job.STREAM: _stream_what_is_there}


def limit_this_process(last_descriptor: int) -> None:
    """Little memory and time, and no file or connection beyond the one that is open already."""
    signal.alarm(_WALL_SECONDS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + _MEMORY_BYTES
    for kind, amount in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, last_descriptor + 1),
    ):
        resource.setrlimit(kind, (amount, amount))
    # More is given once it is known how much is wanted; at the soft limit the process ends all the same.
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _STREAM_CPU_SECONDS))


def decode(
    file: bytes | memoryview, *, max_seconds: float, wanted: Callable[[], bool] = lambda: True
) -> bytes:
    """The first audio track as 16 kHz mono int16.

    Raises TooLong, Gone when it is not wanted any more, or whatever the decoder raises.
    """
    decoded = bytearray()
    for piece in stream(io.BytesIO(file), channels=0, max_seconds=max_seconds):
        if not wanted():
            raise Gone
        decoded += piece
    return bytes(decoded)


if __name__ == "__main__":
    main()

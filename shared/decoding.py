"""Audio files of any kind as ours. They are untrusted: each is decoded in a process of its own."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import structlog
from pydantic import ValidationError

from shared.audio import BYTES_PER_SAMPLE, Pcm
from shared.contracts.decoding import (
    AUDIO,
    BEGUN,
    HEADER,
    LENGTH,
    MAX_RANGE_BYTES,
    RANGE,
    SIZE,
    STREAM,
    WANTED,
    AudioFacts,
    Job,
    Outcome,
)
from shared.errors import ServiceError, TooLarge, Unavailable

log = structlog.get_logger()

_ROOT = Path(__file__).resolve().parent.parent
_MAX_CHILDREN = 2
_MAX_WAITING = 8
_WALL_SECONDS = 60
_MAX_FACTS_BYTES = 4096
_COMPUTING_SECONDS = 30.0
_COMPUTING_SHARE = 0.1
"""Seconds of computing that a stream is given for each second of audio; it needs a hundredth of that."""

_WHOLE_SECONDS = 5.0
_WHOLE_SHARE = 1 / 60
"""The same for a file that is decoded whole, because somebody waits: at least, and of each second of audio.
What people record takes a fifth of it."""

Part = Callable[[int, int], Awaitable[bytes]]
"""Gives the bytes of a file from one position up to another."""


class UndecodableAudio(ServiceError):
    status, code, title = 400, "undecodable-audio", "The audio cannot be decoded"


class AudioTooLong(TooLarge):
    code, title = "audio-too-long", "The audio is too long"


class DecoderBusy(Unavailable):
    code, title = "decoder-busy", "Too many files are being decoded"


class Decoder:
    """Owns the process that forks the ones that decode. Needs PyAV in the environment it runs in."""

    def __init__(
        self,
        *,
        max_seconds: float,
        wall_seconds: float = _WALL_SECONDS,
        children: int = _MAX_CHILDREN,
        max_waiting: int = _MAX_WAITING,
    ) -> None:
        self._max_seconds = max_seconds
        self._wall_seconds = wall_seconds
        self._children = asyncio.Semaphore(children)
        self._max_waiting = max_waiting
        self._waiting = 0
        self._starting = asyncio.Lock()
        self._process: Process | None = None
        self._control: socket.socket | None = None

    async def __aenter__(self) -> Self:
        await self._running()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hang_up()
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    @property
    def process_id(self) -> int | None:
        """Of the forking process."""
        return self._process.pid if self._process else None

    async def decode(self, file: bytes) -> Pcm:
        """Raises UndecodableAudio, AudioTooLong, or DecoderBusy at once when too many wait already."""
        async with self._place():
            return self._read(await self._ask(file))

    async def probe(self, part: Part, size: int) -> AudioFacts:
        """What a file of so many bytes is.

        Raises UndecodableAudio, DecoderBusy, Unavailable when `part` is too slow, or what `part` raises.
        """
        async with self._place():
            answer = await self._answer(part, size)
        if answer[:1] != Outcome.DECODED.value:
            raise UndecodableAudio("The file is not audio of a kind that is known, or it is damaged")
        try:
            return AudioFacts.model_validate_json(answer[1:])
        except ValidationError:
            raise UndecodableAudio("The file claims what no audio is") from None

    async def stream(
        self, part: Part, size: int, *, channels: int, max_seconds: float
    ) -> AsyncGenerator[bytes, None]:
        """The audio of a file of so many bytes, in pieces of about 2 s and no faster than they are taken.

        16 kHz int16: all channels mixed into one for `channels` 0, otherwise that many, interleaved. Raises
        UndecodableAudio, AudioTooLong, DecoderBusy, or what `part` raises.
        """
        computing = _COMPUTING_SECONDS + _COMPUTING_SHARE * max_seconds
        async with self._place():
            reader, writer = await self._connect(Job.STREAM)
            try:
                writer.write(STREAM.pack(size, channels, max_seconds, computing))
                if await reader.read(1) != BEGUN:
                    raise Unavailable("The decoder is starting anew")
                while (answer := await reader.readexactly(1)) in (WANTED, AUDIO):
                    if answer == WANTED:
                        await _send_wanted(reader, writer, part)
                    else:
                        [length] = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                        yield await reader.readexactly(length)
            except (OSError, EOFError) as fault:
                log.info("streaming.broke_off", reason=type(fault).__name__, file_bytes=size)
                raise UndecodableAudio("The file cannot be decoded to its end") from fault
            finally:
                writer.transport.abort()
        if answer == Outcome.TOO_LONG.value:
            raise AudioTooLong(f"At most {max_seconds:g} seconds of audio are taken")
        if answer != Outcome.DECODED.value:
            raise UndecodableAudio("The file is not audio of a kind that is known, or it is damaged")

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._waiting >= self._max_waiting:
            raise DecoderBusy(f"{self._waiting} files are already waiting")
        self._waiting += 1
        try:
            await self._children.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._children.release()

    def _read(self, answer: bytes) -> Pcm:
        match answer[:1]:
            case Outcome.DECODED.value if len(answer) % BYTES_PER_SAMPLE:
                return Pcm(answer[1:])
            case Outcome.TOO_LONG.value:
                raise AudioTooLong(f"At most {self._max_seconds:g} seconds of audio are taken")
            case _:
                raise UndecodableAudio(
                    "The body is not an audio file of a kind that is known, it is damaged, or no recording "
                    "takes so much computing"
                )

    async def _ask(self, file: bytes) -> bytes:
        """What the process answers; nothing when the file killed it or took too long."""
        reader, writer = await self._connect(Job.DECODE)
        begun = False
        try:
            async with asyncio.timeout(self._wall_seconds):
                computing = max(_WHOLE_SECONDS, _WHOLE_SHARE * self._max_seconds)
                writer.writelines([HEADER.pack(self._max_seconds, computing), file])
                writer.write_eof()
                begun = await reader.read(1) == BEGUN
                answer = await reader.read()
        except OSError as fault:  # a timeout is one, too
            log.info("decoding.broke_off", reason=type(fault).__name__, file_bytes=len(file))
            answer = b""
        finally:
            writer.transport.abort()
        if not begun:
            raise Unavailable("The decoder is starting anew")
        return answer

    async def _answer(self, part: Part, size: int) -> bytes:
        """The same for a probe, which is sent what it wants of the file."""
        reader, writer = await self._connect(Job.PROBE)
        begun, answer = False, b""
        try:
            async with asyncio.timeout(self._wall_seconds):
                writer.write(SIZE.pack(size))
                begun = await reader.read(1) == BEGUN
                while (answer := await reader.read(1)) == WANTED:
                    await _send_wanted(reader, writer, part)
                while len(answer) < _MAX_FACTS_BYTES and (more := await reader.read(_MAX_FACTS_BYTES)):
                    answer += more
        except TimeoutError as fault:
            # Decoding has less time for itself than this: it is the file that came too slowly.
            raise Unavailable("The file could not be read in time") from fault
        except (OSError, EOFError) as fault:
            log.info("probing.broke_off", reason=type(fault).__name__, file_bytes=size)
            answer = b""
        finally:
            writer.transport.abort()
        if not begun:
            raise Unavailable("The decoder is starting anew")
        return answer

    async def _connect(self, job: Job) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        control = await self._running()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(control, [job.value], [theirs.fileno()])
            except OSError as fault:
                ours.close()
                raise Unavailable("The decoder is starting anew") from fault
        return await asyncio.open_unix_connection(sock=ours)

    async def _running(self) -> socket.socket:
        """The way to the forking process, which is started when it is not there."""
        async with self._starting:
            if not self._control or not self._process or self._process.returncode is not None:
                self._hang_up()
                self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    self._process = await _start(theirs)
            return self._control

    def _hang_up(self) -> None:
        if self._control:
            self._control.close()
            self._control = None


async def _send_wanted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, part: Part) -> None:
    start, length = RANGE.unpack(await reader.readexactly(RANGE.size))
    piece = await part(start, start + min(length, MAX_RANGE_BYTES))
    writer.writelines([LENGTH.pack(len(piece)), piece])
    await writer.drain()


async def _start(control: socket.socket) -> Process:
    # A process that forks must have no threads, and the libraries of numpy like to make some.
    environment = {"PATH": os.environ.get("PATH", ""), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shared.decoding_child", str(control.fileno())),
        cwd=_ROOT,
        env=environment,
        stdin=DEVNULL,
        stdout=DEVNULL,
        pass_fds=(control.fileno(),),
    )

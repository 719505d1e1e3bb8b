"""What an untrusted file is, without decoding all of it; runs where shared.decoding_child has put limits.

The file stays with whoever asks. Of it the parts are fetched that the decoder wants, so that neither the size
of a file nor the place where it lies matters.
"""

import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import av
import av.error
from av.container import InputContainer
from av.stream import Discard

from shared.contracts.decoding import LENGTH, MAX_RANGE_BYTES, RANGE, WANTED, AudioFacts

_DEMUXERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,iff,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,"
    "mpc,mpc8,mpeg,mpegts,mxf,nut,ogg,oma,rm,tak,truehd,tta,voc,w64,wav,wtv,wv,xwma"
)
"""Files that contain their own audio. Playlists would make the decoder open what they name."""

_OPEN_OPTIONS = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "none"}

CLOCK_SLACK_SECONDS = 1.0
"""A file's clock that goes back further begins anew; what a file has twice is shorter."""

_TRIED_PACKETS = 50
"""So many are decoded to see that there is audio; the others only tell how long it lasts."""

_READ_AGAIN = 3
"""How often over a file may be read, when the decoder is made to jump about in it."""

_DOCUMENT_TYPE = b"\x42\x82\x84webm"
"""How a Matroska file says near its beginning that it is WebM."""

_KINDS = {
    "ape": ("ape", "x-monkeys-audio"),
    "aac": ("aac", "aac"),
    "ac3": ("ac3", "ac3"),
    "aiff": ("aiff", "aiff"),
    "amr": ("amr", "amr"),
    "asf": ("wma", "x-ms-wma"),
    "au": ("au", "basic"),
    "caf": ("caf", "x-caf"),
    "eac3": ("eac3", "eac3"),
    "flac": ("flac", "flac"),
    "matroska": ("mka", "x-matroska"),
    "mov": ("m4a", "mp4"),
    "mp3": ("mp3", "mpeg"),
    "mpegts": ("ts", "mp2t"),
    "ogg": ("ogg", "ogg"),
    "w64": ("w64", "x-w64"),
    "wav": ("wav", "wav"),
}
"""By demuxer: a short name, and the media type after `audio/`. Others are called what the demuxer is."""

_WITH_PICTURES = {
    "asf": ("wmv", "x-ms-wmv"),
    "avi": ("avi", "x-msvideo"),
    "matroska": ("mkv", "x-matroska"),
    "mov": ("mp4", "mp4"),
    "mpeg": ("mpg", "mpeg"),
}
"""The same where pictures move beside the audio, after `video/`."""


class Fetched:
    """A file that lies at the other end of a connection. Raises OSError when it is read over and over."""

    def __init__(self, connection: socket.socket, size: int) -> None:
        self._answers = connection.makefile("rb")
        self._connection = connection
        self._size = size
        self._position = 0
        self._left = _READ_AGAIN * size + 16 * MAX_RANGE_BYTES
        self._block, self._block_start = b"", 0

    def read(self, size: int = -1) -> bytes:
        wanted = self._size - self._position if size < 0 else size
        if not self._block_start <= self._position < self._block_start + len(self._block):
            self._block, self._block_start = self._fetch(), self._position
        first = self._position - self._block_start
        got = self._block[first : first + wanted]
        self._position += len(got)
        return got

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def _fetch(self) -> bytes:
        wanted = min(MAX_RANGE_BYTES, self._size - self._position)
        if wanted <= 0:
            return b""
        self._left -= wanted
        if self._left < 0:
            raise OSError("the file is read over and over")
        self._connection.sendall(WANTED + RANGE.pack(self._position, wanted))
        [length] = LENGTH.unpack(self._answers.read(LENGTH.size))
        return self._answers.read(int(length))


@contextmanager
def opened(file: BinaryIO | Fetched) -> Iterator[InputContainer]:
    """A file of whose tracks only the first with audio is read: pictures may lie anywhere, and be large.

    Raises ValueError or what the decoder raises when there is none.
    """
    with av.open(file, "r", options=_OPEN_OPTIONS) as container:
        if not container.streams.audio:
            raise ValueError("there is no audio track")
        for track in container.streams:
            if track is not container.streams.audio[0]:
                track.discard = Discard.all
        yield container


def probe(file: BinaryIO | Fetched) -> AudioFacts:
    """Raises ValueError or what the decoder raises when there is no audio that can be decoded."""
    beginning = file.read(64)
    file.seek(0)
    with opened(file) as container:
        rate, channels, seconds = _listen(container)
        kind, mime_type = _kind(container, beginning)
    return AudioFacts(
        format=kind, mime_type=mime_type, duration_seconds=seconds, sample_rate=rate, channels=channels
    )


def _listen(container: InputContainer) -> tuple[int, int, float]:
    """Rate in hertz, channels and seconds of the first audio track."""
    stream = container.streams.audio[0]
    good = bad = decoded = rate = channels = 0
    ends: list[float] = []
    first: float | None = None
    before = 0.0
    for packet in container.demux(stream):
        if good + bad < _TRIED_PACKETS or not decoded:
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                bad += 1
                continue
            good += 1
            for frame in frames:
                assert isinstance(frame, av.AudioFrame)  # noqa: S101 - an audio stream has no others
                rate, channels = frame.sample_rate, frame.layout.nb_channels
                decoded += frame.samples
        if packet.pts is not None and packet.time_base is not None:
            start = float(packet.pts * packet.time_base)
            if ends and start < ends[0] - CLOCK_SLACK_SECONDS:
                # The clock of another recording that was joined to this one.
                before += ends[0] - max(first or 0.0, 0.0)
                first = None
                ends.clear()
            first = start if first is None else min(first, start)
            ends[:] = [max(*ends, start + float((packet.duration or 0) * packet.time_base), 0.0)]
    if not decoded or bad >= good:
        raise ValueError("most of the file is no audio")
    span = before + ends[0] - max(first or 0.0, 0.0) if ends else 0.0
    # Where packets carry no times, at least what was decoded is there.
    return rate, channels, max(span, decoded / rate)


def _kind(container: InputContainer, beginning: bytes) -> tuple[str, str]:
    """A short name and a media type."""
    name = container.format.name.partition(",")[0]
    media = "video" if any(_moves(container)) else "audio"
    if name == "matroska" and _DOCUMENT_TYPE in beginning:
        return "webm", f"{media}/webm"
    if name == "mp3" and container.streams.audio[0].codec_context.name.startswith("mp2"):
        return "mp2", "audio/mpeg"
    kind, subtype = _KINDS.get(name, (name, f"x-{name}"))
    if media == "video":
        kind, subtype = _WITH_PICTURES.get(name, (kind, subtype))
    return kind, f"{media}/{subtype}"


def _moves(container: InputContainer) -> Iterator[bool]:
    """For each video track whether it is one; covers of albums come as video, too."""
    for stream in container.streams.video:
        yield not stream.disposition & av.stream.Disposition.attached_pic

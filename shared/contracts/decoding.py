"""What the decoding process is asked over connections of their own, and what it answers.

To decode, it is sent `HEADER` and the file, to the end of the stream. It answers `BEGUN` at once and one
`Outcome` in the end, followed by 16 kHz mono little-endian int16 samples where that is `DECODED`.

To probe, it is sent `SIZE`. It answers `BEGUN`, then any number of times `WANTED` with `RANGE`, for which
it gets `LENGTH` and so many bytes of the file, and one `Outcome` in the end, followed by `AudioFacts` as JSON
where that is `DECODED`.

To be streamed, it is sent `STREAM`, asks for parts in the same way, and sends audio in between: each time
`AUDIO` with `LENGTH` and so many bytes of 16 kHz little-endian int16 samples, the channels interleaved.

A file that kills its process gets no outcome.
"""

import enum
import struct

from pydantic import BaseModel, ConfigDict, Field

HEADER = struct.Struct("<dd")
"""The longest audio, and the most computing on it, both in seconds, that are of any use."""

SIZE = struct.Struct("<Q")
"""Of the file to probe, in bytes."""

STREAM = struct.Struct("<QBdd")
"""Of the file to stream: its size in bytes, the channels to keep (0 mixes all into one), and the most seconds
of audio and of computing that are of any use."""

RANGE = struct.Struct("<QI")
"""The first byte of the file that is wanted, and how many."""

LENGTH = struct.Struct("<I")
MAX_RANGE_BYTES = 1024 * 1024

BEGUN = b"!"
WANTED = b"?"
AUDIO = b"="


class Job(enum.Enum):
    """What a connection is for, in the byte that comes with it."""

    DECODE = b"+"
    PROBE = b"?"
    STREAM = b"="


class Outcome(enum.Enum):
    """What became of a file, in one byte."""

    DECODED = b"+"
    UNDECODABLE = b"-"
    TOO_LONG = b">"


class AudioFacts(BaseModel):
    """What a file is, by its content. Bounded, because a file may have taken over who says so."""

    model_config = ConfigDict(frozen=True)

    format: str = Field(pattern=r"^[a-z0-9]{2,8}$")
    mime_type: str = Field(pattern=r"^(audio|video)/[a-z0-9.+-]{2,40}$")
    duration_seconds: float = Field(gt=0, le=7 * 86400, allow_inf_nan=False)
    sample_rate: int = Field(gt=0, le=1_000_000)
    channels: int = Field(gt=0, le=64)

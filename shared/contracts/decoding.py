"""What the decoding process is sent over a connection of its own, and what it answers.

It is sent `HEADER` and the file, to the end of the stream. It answers `BEGUN` at once and one `Outcome` in
the end, followed by 16 kHz mono little-endian int16 samples where that is `DECODED`. A file that kills its
process gets no outcome.
"""

import enum
import struct

HEADER = struct.Struct("<d")
"""The longest audio, in seconds, that is of any use."""


BEGUN = b"!"


class Outcome(enum.Enum):
    """What became of a file, in one byte."""

    DECODED = b"+"
    UNDECODABLE = b"-"
    TOO_LONG = b">"

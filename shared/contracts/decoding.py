"""What the decoding process is sent over a connection of its own, and what it answers.

It is sent `HEADER` and the file, to the end of the stream. It answers one `Outcome`, followed by 16 kHz mono
little-endian int16 samples where it is `DECODED`. A process that died answers nothing.
"""

import enum
import struct

HEADER = struct.Struct("<d")
"""The longest audio, in seconds, that is of any use."""


class Outcome(enum.Enum):
    """The first byte of an answer."""

    DECODED = b"+"
    UNDECODABLE = b"-"
    TOO_LONG = b">"

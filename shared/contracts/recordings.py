"""Chunks of recorded tracks, as the agent leaves them in storage and as they are found there.

A chunk's name says everything about it, so that no chunk needs a row.
`recordings/{session}/{participant}/{track}/{start}.ogg`: Opus in Ogg, mono; `start` is the place of its first
sample on the session's clock, in milliseconds.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from uuid import UUID

CHUNK_SECONDS = 10.0
"""What dies with an agent is at most this much of each track."""

CHUNK_MEDIA_TYPE = "audio/ogg"

_NAME = re.compile(
    r"recordings/(?P<session>[0-9a-f-]{36})/(?P<who>[\w-]+)/(?P<track>[\w-]+)/(?P<start>\d{10})\.ogg",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ChunkName:
    """Whose audio a chunk is, and where it lies."""

    session_id: UUID
    participant_identity: str
    track_sid: str
    start_milliseconds: int

    @property
    def start(self) -> float:
        """Seconds on the session's clock."""
        return self.start_milliseconds / 1000

    @property
    def key(self) -> str:
        """Where it lies in storage."""
        who = base64.urlsafe_b64encode(self.participant_identity.encode()).decode().rstrip("=")
        return f"{folder(self.session_id)}{who}/{self.track_sid}/{self.start_milliseconds:010d}.ogg"


def folder(session_id: UUID) -> str:
    """Where all chunks of a session lie; with the closing slash."""
    return f"recordings/{session_id}/"


LATE_FOLDER = "late-recordings/"
"""Where agents say that a chunk came so late that the recording may have been joined without it."""


def late_key(session_id: UUID) -> str:
    """The empty object that says so of a session."""
    return f"{LATE_FOLDER}{session_id}"


def session_of_late_key(key: str) -> UUID | None:
    """The session that such an object is about; None for anything else."""
    try:
        return UUID(key.removeprefix(LATE_FOLDER))
    except ValueError:
        return None


def chunk_named(key: str) -> ChunkName | None:
    """The chunk behind a key of storage; None for what is no chunk."""
    if not (name := _NAME.fullmatch(key)):
        return None
    try:
        who = base64.urlsafe_b64decode(name["who"] + "=" * (-len(name["who"]) % 4)).decode()
        return ChunkName(UUID(name["session"]), who, name["track"], int(name["start"]))
    except (binascii.Error, ValueError):
        return None

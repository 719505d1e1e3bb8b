"""What tells one body from another, however a client has wrapped it. Pure."""

from email.message import Message
from hashlib import sha256

_DASHES = b"--"


class Fingerprint:
    """Of a body that comes in pieces. A form is the same with another boundary: clients make that up anew."""

    def __init__(self, content_type: str) -> None:
        boundary = _boundary_of(content_type)
        self._delimiter = _DASHES + boundary if boundary else None
        self._held = b""
        """May be the beginning of a delimiter."""

        self._digest = sha256()
        self.length = 0
        """Bytes that count until now."""

    def update(self, piece: bytes) -> None:
        if self._delimiter is None:
            self._count(piece)
            return
        *parts, rest = (self._held + piece).split(self._delimiter)
        for part in parts:
            self._count(part + _DASHES)
        kept = min(len(rest), len(self._delimiter) - 1)
        self._count(rest[: len(rest) - kept])
        self._held = rest[len(rest) - kept :]

    def hexdigest(self) -> str:
        """Of everything that came; nothing may come after it."""
        self._count(self._held)
        self._held = b""
        return self._digest.hexdigest()

    def _count(self, part: bytes) -> None:
        self._digest.update(part)
        self.length += len(part)


def _boundary_of(content_type: str) -> bytes | None:
    """Of a form; None of any other body."""
    media = Message()
    media["content-type"] = content_type
    if media.get_content_type() != "multipart/form-data":
        return None
    boundary = media.get_param("boundary")
    return boundary.encode("latin-1", "replace") if isinstance(boundary, str) and boundary else None

"""Parts of a file over HTTP, as RFC 9110 has them: what a request asks for, and what it is told."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from starlette.datastructures import Headers

from shared.errors import ServiceError

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE | re.ASCII)


class RangeNotSatisfiable(ServiceError):
    status, code, title = 416, "range-not-satisfiable", "The file has no such part"


@dataclass(frozen=True, slots=True)
class Representation:
    """One version of a file as HTTP knows it. `modified_at` is aware and in UTC."""

    size: int
    entity_tag: str
    modified_at: datetime
    media_type: str
    filename: str

    def headers(self, *, attachment: bool) -> dict[str, str]:
        """What is the same for the whole and for every part."""
        return {
            "accept-ranges": "bytes",
            "etag": self.entity_tag,
            "last-modified": format_datetime(self.modified_at.replace(microsecond=0), usegmt=True),
            "content-disposition": disposition(self.filename, attachment=attachment),
            "content-type": self.media_type,
            # The link is the right to read it, so no shared cache may keep the answer.
            "cache-control": "private, max-age=3600",
            "x-content-type-options": "nosniff",
            # Whatever a file contains, in a tab of its own it is played and nothing else.
            "content-security-policy": "default-src 'none'; media-src 'self'; sandbox",
            "referrer-policy": "no-referrer",
        }

    def is_known(self, headers: Headers) -> bool:
        """Whether the client has this version already."""
        if "if-none-match" in headers:
            tags = [tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")]
            return "*" in tags or self.entity_tag in tags
        since = _instant(headers.get("if-modified-since", ""))
        return since is not None and self.modified_at.replace(microsecond=0) <= since

    def part(self, headers: Headers) -> tuple[int, int] | None:
        """The first byte and the one after the last, or None for the whole. Raises RangeNotSatisfiable.

        What does not parse, several parts at once and parts of another version are answered with the whole.
        """
        asked = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
        if not asked or asked[0].endswith("=-") or not self._same_version(headers.get("if-range")):
            return None
        first, last = asked.groups()
        if not first:
            start, end = max(0, self.size - int(last)), self.size
        else:
            start, end = int(first), min(self.size, int(last) + 1 if last else self.size)
            if last and int(last) < int(first):
                return None
        if start >= self.size:
            raise RangeNotSatisfiable(f"It has {self.size} bytes")
        return start, end

    def _same_version(self, condition: str | None) -> bool:
        if condition is None:
            return True
        if condition.startswith('"'):
            return condition == self.entity_tag
        return _instant(condition) == self.modified_at.replace(microsecond=0)


def disposition(filename: str, *, attachment: bool) -> str:
    """Content-Disposition with a name in any script, and one that every client can read."""
    plain = "".join(
        each if each.isascii() and each.isprintable() and each not in '"\\%' else "_" for each in filename
    )
    kind = "attachment" if attachment else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _instant(date: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo else None

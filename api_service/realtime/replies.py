"""What Redis answers about streams, in types: the client's own annotations cover every protocol at once."""

from contextlib import suppress
from typing import cast
from uuid import UUID

RawEntry = tuple[str, dict[str, str]]


def raw_entries(answer: object) -> list[RawEntry]:
    """The entries that XRANGE, XREVRANGE or XAUTOCLAIM returned."""
    entries = cast("list[tuple[str, dict[str, str] | None]]", answer or [])
    # An entry that was removed while it was pending has no fields.
    return [(position, fields or {}) for position, fields in entries]


def raw_streams(answer: object) -> list[tuple[str, list[RawEntry]]]:
    """The streams, by key, that XREAD or XREADGROUP returned."""
    streams = cast("list[tuple[str, object]]", answer or [])
    return [(key, raw_entries(entries)) for key, entries in streams]


def session_ids(answer: object) -> set[UUID]:
    """The sessions whose ids SMEMBERS returned. What is no id is passed over: a set takes anything."""
    ids = set()
    for member in cast("set[str]", answer):
        with suppress(ValueError):
            ids.add(UUID(member))
    return ids

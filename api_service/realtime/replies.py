"""What Redis answers about streams, in types: the client's own annotations cover every protocol at once."""

from typing import cast

RawEntry = tuple[str, dict[str, str]]


def raw_entries(answer: object) -> list[RawEntry]:
    """The entries that XRANGE, XREVRANGE or XAUTOCLAIM returned."""
    return cast("list[RawEntry]", answer or [])


def raw_streams(answer: object) -> list[tuple[str, list[RawEntry]]]:
    """The streams, by key, that XREAD or XREADGROUP returned."""
    return cast("list[tuple[str, list[RawEntry]]]", answer or [])


def members(answer: object) -> set[str]:
    """The strings that SMEMBERS returned."""
    return cast("set[str]", answer)

"""Positions in a session's stream: the ids of its entries, which clients give back to resume."""

import re
from dataclasses import dataclass
from typing import Self

from shared.errors import BadRequest

_POSITION = re.compile(r"(\d{1,19})-(\d{1,19})", re.ASCII)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Milliseconds on the clock of the Redis server, and a number within the millisecond."""

    milliseconds: int
    number: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises BadRequest for anything that no stream could have given."""
        match = _POSITION.fullmatch(text)
        if match is None or max(int(part) for part in match.groups()) > _LARGEST:
            raise BadRequest("A position has the form 1700000000000-0")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def at(cls, seconds: float) -> Self:
        """The first position of an instant."""
        return cls(max(0, int(seconds * 1000)))

    @property
    def seconds(self) -> float:
        """The instant as seconds since the epoch."""
        return self.milliseconds / 1000

    @property
    def previous(self) -> "Position":
        """A position below this one with nothing of a stream between them."""
        if self.number:
            return Position(self.milliseconds, self.number - 1)
        return Position(max(0, self.milliseconds - 1), _LARGEST)

    def __str__(self) -> str:
        return f"{self.milliseconds}-{self.number}"


BEGINNING = Position(0)

"""A line of a text, or a piece of one, on its way to a segment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Positions are seconds, where the text has any that count from the beginning of what was said."""

    text: str
    speaker: str | None = None
    """None where nobody has looked yet, empty where nobody is named."""

    start: float = 0.0
    end: float = 0.0

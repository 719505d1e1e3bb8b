"""What somebody prefers, as wishes that a maker of minutes understands. Pure."""

from typing import Literal

from api_service.minutes.making import Wishes

Style = Literal["brief", "standard", "detailed"]

_STYLES: dict[Style, str] = {
    "brief": "Keep the minutes brief: only what matters most.",
    "standard": "",
    "detailed": "Make the minutes detailed: leave out nothing that was of consequence.",
}


def wishes(language: str | None, style: Style | None, instructions: str | None) -> Wishes:
    """What somebody says himself comes after what he generally prefers, and counts more."""
    said = (_STYLES[style or "standard"], instructions or "")
    return Wishes(language=language, instructions="\n".join(part for part in said if part))

"""How many channels of a file can be one speaker each."""

from shared.errors import BadRequest

_MOST_CHANNELS = 8
"""What the decoder takes apart."""


class TooManyChannels(BadRequest):
    code, title = "too-many-channels", "The recording has too many channels for each to be a speaker"


def ensure_few_channels(channels: int | None, *, as_speakers: bool | None) -> None:
    """Raises TooManyChannels."""
    if as_speakers and (channels or 1) > _MOST_CHANNELS:
        raise TooManyChannels(f"The file has {channels} channels; at most {_MOST_CHANNELS} can be speakers")

"""Places on the session's clock: where a track's audio lies on it, and how a place is written."""

import re
from dataclasses import dataclass, field

_WINDOW_SECONDS = 2.0
"""Audio over which the least delay counts as the true one; within it, frames may come in bursts."""

_CLOCK = r"(\d{1,4}):([0-5]?\d):([0-5]?\d)(?:[:.,](\d{1,3}))?"
_RANGE = re.compile(rf"\[?\s*{_CLOCK}\s*[,-]\s*{_CLOCK}\s*\]?", re.ASCII)


@dataclass(slots=True)
class Alignment:
    """Where the audio of one track lies on the session's clock.

    Frames come late and in bursts but never early, so the least delay seen lately tells where the audio
    lies. While it is nearly the one in use, time is what counting samples says; when frames were missing
    it no longer is, and `settle` moves the audio that follows.
    """

    tolerance_seconds: float = 0.3
    _offset: float | None = field(default=None, init=False)
    _least: float = field(default=float("inf"), init=False)
    _least_before: float = field(default=float("inf"), init=False)
    _window_end: float = field(default=0.0, init=False)

    def arrive(self, heard_seconds: float, *, at: float) -> None:
        """Note that the track's first so many seconds of audio had arrived at an instant of the clock."""
        delay = at - heard_seconds
        if self._offset is None:
            self._offset = delay
        if heard_seconds >= self._window_end:
            self._window_end = heard_seconds + _WINDOW_SECONDS
            self._least_before, self._least = self._least, delay
        self._least = min(self._least, delay)

    @property
    def drift(self) -> float:
        """How far the delays seen lately lie from the one in use, in seconds; 0 while nothing is known."""
        least = min(self._least, self._least_before)
        return 0.0 if self._offset is None or least == float("inf") else least - self._offset

    def lateness(self, heard_seconds: float, *, at: float) -> float:
        """How much later than others such audio arrived, in seconds: it is slow, or some is lost."""
        return 0.0 if self._offset is None else at - heard_seconds - self._offset

    def settle(self) -> None:
        """Follow the delays seen lately. Only between utterances, or one of them would jump."""
        least = min(self._least, self._least_before)
        if self._offset is not None and not 0 <= least - self._offset <= self.tolerance_seconds:
            self._offset = least

    def restart(self) -> None:
        """Forget everything: frames stopped, and when they come again they lie elsewhere."""
        self._offset = None
        self._least = self._least_before = float("inf")
        self._window_end = 0.0

    def place(self, heard_seconds: float) -> float:
        """The place of a position in the track's audio; never before the session began."""
        return max(0.0, heard_seconds + (self._offset or 0.0))


def clock_range(start: float, end: float) -> str:
    """Two places as `[HH:MM:SS:mmm,HH:MM:SS:mmm]`, the form in which clients of captions read them."""
    return f"[{_clock(start)},{_clock(end)}]"


def parse_clock_range(text: str) -> tuple[float, float]:
    """What `clock_range` wrote, also with a hyphen, without brackets or without fractions of seconds.

    Raises ValueError for anything else.
    """
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise ValueError("Two places are written as [00:00:10:100,00:00:10:500]")
    parts = match.groups()
    return _seconds(*parts[:4]), _seconds(*parts[4:])


def _seconds(hours: str, minutes: str, seconds: str, fraction: str | None) -> float:
    milliseconds = int((fraction or "").ljust(3, "0"))
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + milliseconds / 1000


def _clock(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}:{milliseconds:03}"

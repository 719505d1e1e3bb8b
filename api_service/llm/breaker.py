"""Leaves alone what fails again and again, and tries it later. Pure but for the clock it is given."""

from collections.abc import Callable


class Breaker:
    """Of one model with one key. After failures it rests, and then one question is asked whose end decides.

    After a limit, which tells nothing but when to come again, everything may be asked again.
    """

    def __init__(self, *, clock: Callable[[], float], failures: int = 3, rest_seconds: float = 30.0) -> None:
        self._clock = clock
        self._failures = failures
        self._rest_seconds = rest_seconds
        self._failed = 0
        self._rests_until: float | None = None
        self._limited_until = 0.0
        self._trying = False

    @property
    def seconds_left(self) -> float:
        """Until a question may be asked; 0 where it may."""
        return max(0.0, max(self._rests_until or 0.0, self._limited_until) - self._clock())

    @property
    def is_limited(self) -> bool:
        """Whether it rests because that was asked for."""
        return self._clock() < self._limited_until

    @property
    def is_tried(self) -> bool:
        """Whether the one question is being asked whose end decides."""
        return self._trying

    def allows(self) -> bool:
        """Whether to ask now. Whoever was allowed says afterwards how it went."""
        if self.is_limited:
            return False
        if self._rests_until is None:
            return True
        if self._trying or self._clock() < self._rests_until:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        self._failed, self._rests_until, self._trying = 0, None, False

    def failed(self) -> None:
        """Rests after several in a row, and at once when the question was the trial."""
        self._failed += 1
        if self._trying or self._failed >= self._failures:
            self.rest(self._rest_seconds)

    def rest(self, seconds: float) -> None:
        """A shorter rest does not shorten a longer one."""
        self._trying = False
        self._rests_until = max(self._rests_until or 0.0, self._clock() + seconds)

    def limited(self, seconds: float) -> None:
        """The other side is well, and asks to be left alone for so long."""
        self.succeeded()
        self._limited_until = max(self._limited_until, self._clock() + seconds)

    def abandoned(self) -> None:
        """Whoever asked has gone, and nothing is known."""
        self._trying = False

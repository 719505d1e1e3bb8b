"""The session's clock inside one process."""

import time
from datetime import UTC, datetime

from shared.contracts.rooms import session_seconds


class SessionClock:
    """Seconds since the session began. It never runs backwards, whatever happens to the wall clock."""

    def __init__(self, started_at: datetime) -> None:
        self._zero = time.monotonic() - session_seconds(datetime.now(UTC), started_at)

    def now(self) -> float:
        return time.monotonic() - self._zero

"""Waiting between attempts, so that what comes back is not met by everybody at once."""

import random
from collections.abc import Iterator


def backoff(*, first_seconds: float = 0.2, most_seconds: float = 5.0) -> Iterator[float]:
    """Seconds to wait before each further attempt: doubling up to a limit, with half of it left to chance."""
    ceiling = first_seconds
    while True:
        yield ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
        ceiling = min(most_seconds, ceiling * 2)

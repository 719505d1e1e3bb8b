"""Places for what lasts, so many for each account: nobody takes those of everybody."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from shared.errors import ServiceError


class Places:
    """Counted in this process. `refusal` makes what is raised when an account has none left."""

    def __init__(self, most: int, refusal: Callable[[str], ServiceError]) -> None:
        self._most = most
        self._refusal = refusal
        self._taken = Counter[UUID]()

    @contextmanager
    def taken(self, account: UUID) -> Iterator[None]:
        """One place of an account while the block lasts."""
        if self._taken[account] >= self._most:
            raise self._refusal(f"At most {self._most} at once are served for one account")
        self._taken[account] += 1
        try:
            yield
        finally:
            self._taken[account] -= 1
            if not self._taken[account]:
                del self._taken[account]

"""What the questions of one job used and cost."""

from shared.errors import ServiceError


class OverBudget(ServiceError):
    status, code, title = 503, "over-budget", "The budget of this job is used up"


class Bill:
    """Sums what providers say. A sum with something unknown in it is unknown, never an estimate."""

    def __init__(self, *, most_cents: float | None = None) -> None:
        self._most_cents = most_cents
        self._known_cents = 0.0
        self._prompt_tokens: int | None = 0
        self._completion_tokens: int | None = 0
        self._cents: float | None = 0.0

    @property
    def prompt_tokens(self) -> int | None:
        return self._prompt_tokens

    @property
    def completion_tokens(self) -> int | None:
        return self._completion_tokens

    @property
    def cents(self) -> float | None:
        return self._cents

    def add(self, *, prompt_tokens: int | None, completion_tokens: int | None, cents: float | None) -> None:
        self._prompt_tokens = _sum(self._prompt_tokens, prompt_tokens)
        self._completion_tokens = _sum(self._completion_tokens, completion_tokens)
        self._cents = None if self._cents is None or cents is None else self._cents + cents
        self._known_cents += cents or 0.0

    def check(self) -> None:
        """Raises OverBudget when what is known to be paid has reached the budget."""
        if self._most_cents is not None and self._known_cents >= self._most_cents:
            raise OverBudget(f"{self._known_cents:.2f} of {self._most_cents:.2f} cents are spent")


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other

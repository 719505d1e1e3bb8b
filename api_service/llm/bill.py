"""What the questions of one job used and cost."""

from dataclasses import dataclass

from shared.errors import ServiceError


class OverBudget(ServiceError):
    status, code, title = 503, "over-budget", "The budget of this job is used up"


@dataclass(frozen=True, slots=True)
class Cost:
    """What was used and paid; None is not known, never a guess."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cents: float | None = None

    @property
    def token_usage(self) -> dict[str, int]:
        """What is known, by name."""
        counts = {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens}
        return {name: count for name, count in counts.items() if count is not None}


NOTHING = Cost(0, 0, 0.0)
UNKNOWN = Cost()
"""Of a question that may have been answered and charged, and nobody has said how much."""


class Bill:
    """Sums what providers say. A sum with something unknown in it is unknown, never an estimate."""

    def __init__(
        self, *, most_cents: float | None = None, before: Cost = NOTHING, known_cents_before: float = 0.0
    ) -> None:
        """`before` is what earlier attempts at the same job have spent, of which so many cents are known."""
        self._most_cents = most_cents
        self._cost = before
        self._known_cents = known_cents_before

    @property
    def cost(self) -> Cost:
        return self._cost

    @property
    def known_cents(self) -> float:
        """What is paid at least."""
        return self._known_cents

    def add(self, cost: Cost) -> None:
        so_far = self._cost
        self._cost = Cost(
            _sum(so_far.prompt_tokens, cost.prompt_tokens),
            _sum(so_far.completion_tokens, cost.completion_tokens),
            None if so_far.cents is None or cost.cents is None else so_far.cents + cost.cents,
        )
        self._known_cents += cost.cents or 0.0

    def limit(self, most_cents: float | None) -> None:
        """Nothing more is to be asked once so much is paid."""
        self._most_cents = most_cents

    def check(self) -> None:
        """Raises OverBudget when what is known to be paid has reached the budget."""
        if self._most_cents is not None and self._known_cents >= self._most_cents:
            raise OverBudget(f"{self._known_cents:.2f} of {self._most_cents:.2f} cents are spent")


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other

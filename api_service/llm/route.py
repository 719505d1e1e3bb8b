"""The ways to models: each with its keys, and how these fare."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

from api_service.llm.breaker import Breaker
from api_service.llm.provider import Fault, Form, KeyRefused, Limited, Passing

_LIMITED_SECONDS = 10.0
_REFUSED_SECONDS = 600.0


class Resting(Passing):
    """Nothing was asked: all keys are left alone for a while."""


@dataclass(slots=True)
class Key:
    """A key of one model; None where the provider wants none or LiteLLM finds its own."""

    secret: SecretStr | None
    breaker: Breaker
    is_refused: bool = False
    """What it last came to, until it works."""

    def note(self, fault: Fault) -> None:
        """That this came of a question."""
        match fault:
            case KeyRefused():
                self.is_refused = True
                self.breaker.rest(_REFUSED_SECONDS)
            case Limited(retry_after_seconds=seconds):
                self.breaker.limited(_LIMITED_SECONDS if seconds is None else seconds)
            case Passing():
                self.breaker.failed()
            case _:
                self.breaker.succeeded()


@dataclass(slots=True)
class Route:
    """A way to one model."""

    model: str
    provider: str
    keys: list[Key]
    form: Form
    turn: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a question that is being asked is over, and then replaced by another."""

    def next_key(self) -> Key:
        """The keys take turns. Raises KeyRefused when none is any good, Resting while all rest."""
        for _ in self.keys:
            key = self.keys[self.turn % len(self.keys)]
            self.turn += 1
            if key.breaker.allows():
                return key
        raise KeyRefused if self.is_refused else Resting

    def end(self) -> None:
        """A question is over: whoever waits looks again."""
        self.ended.set()
        self.ended = asyncio.Event()

    @property
    def is_refused(self) -> bool:
        return all(key.is_refused for key in self.keys)

    @property
    def is_limited(self) -> bool:
        """Whether a key rests because that was asked for."""
        return any(key.breaker.is_limited for key in self.keys)

    @property
    def is_tried(self) -> bool:
        """Whether one question is being asked whose end decides about a key."""
        return any(key.breaker.is_tried for key in self.keys)

    @property
    def seconds_left(self) -> float:
        """Until a key may be used; infinite where only the end of a question can tell."""
        resting = (key.breaker.seconds_left for key in self.keys if not key.breaker.is_tried)
        return min(resting, default=float("inf"))


def route(
    model: str,
    provider: str,
    form: Form,
    secrets: Sequence[SecretStr | None],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Route:
    """Without any secret, one key that is none."""
    keys = [Key(secret, Breaker(clock=clock)) for secret in secrets or [None]]
    return Route(model, provider, keys, form)

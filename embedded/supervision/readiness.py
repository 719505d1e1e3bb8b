"""Waits for parts by asking them."""

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from embedded.failures import Failure
from embedded.supervision.asking import Ask, NotReady

_PAUSE_SECONDS = 0.2


class Waited(Protocol):
    """A part that is asked until it is ready, and for how long."""

    @property
    def name(self) -> str: ...
    @property
    def ask(self) -> Ask: ...
    @property
    def ready_seconds(self) -> float: ...


def wait(
    parts: Iterable[Waited],
    *,
    check_alive: Callable[[str], None] = lambda _: None,
    on_ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Return when every part answers; each has its own limit, counted from now.

    `check_alive` raises Failure for a part that has ended, so that nobody waits for the dead.
    """
    started = time.monotonic()
    waiting = list(parts)
    while waiting:
        for part in tuple(waiting):
            try:
                part.ask()
            except NotReady as answer:
                check_alive(part.name)
                if time.monotonic() - started > part.ready_seconds:
                    raise Failure(
                        f"{part.name} is not ready after {part.ready_seconds:.0f} s: {answer}"
                    ) from answer
            else:
                waiting.remove(part)
                on_ready(part.name)
        if waiting:
            time.sleep(_PAUSE_SECONDS)

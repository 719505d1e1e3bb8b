"""How signals end what is going on: always the same way, and never half-way through cleaning up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def unwind_when_ended() -> None:
    """From now on a closed terminal and a polite kill do what Ctrl-C does: whatever was started is ended."""
    for number in _ENDING:
        # Ctrl-C does so already, and what nohup lets us ignore stays ignored.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _unwind)


@contextmanager
def undisturbed() -> Iterator[None]:
    """What is inside is not interrupted, however often a person presses Ctrl-C."""
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _unwind(number: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)

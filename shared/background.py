"""What runs beside requests for as long as the process lives."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import structlog

from shared.backoff import backoff

log = structlog.get_logger()

_CANCEL_AGAIN_SECONDS = 0.2


class Background:
    """Owns tasks: starts one again when it fails, and ends them all with its block."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        running = set(self._tasks)
        while running:
            # More than once: `asyncio.wait_for` loses a cancellation that comes together with its result.
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=_CANCEL_AGAIN_SECONDS)

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run this until the block ends."""
        self._tasks.append(asyncio.create_task(_keep_running(name, run), name=name))


async def _keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    delays = backoff(most_seconds=30.0)
    while True:
        try:
            await run()
        except Exception:  # a fault of ours in one task must not end the others
            log.exception("background.failed", task=name)
        await asyncio.sleep(next(delays))

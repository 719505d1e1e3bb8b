"""Runs one attempt of a job: begins it, watches whether it is still wanted, and writes down how it ended."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

import structlog

from api_service.database import Database
from api_service.jobs import repository
from api_service.jobs.repository import Attempt
from shared.errors import ServiceError, Unavailable

log = structlog.get_logger()

MAX_TRIES = 6
"""After so many a job has failed for good; a worker that a job kills counts like any other failure."""

_FIRST_RETRY_SECONDS = 5.0
_LONGEST_RETRY_SECONDS = 600.0
_WATCH_SECONDS = 1.0
_REPORT_SECONDS = 1.0
_CANCEL_AGAIN_SECONDS = 0.2


class JobLost(Exception):
    """Nobody waits for this attempt any more: the job was cancelled, or another attempt has it."""


class TryLater(Exception):
    """The attempt failed for a reason that may pass."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"in {seconds:.0f} s")
        self.seconds = seconds


class Work:
    """An attempt, as whoever does it sees it."""

    def __init__(self, database: Database, attempt: Attempt) -> None:
        self.attempt = attempt
        self._database = database
        self._told_at = 0.0
        self._step = ""

    @property
    def is_last_try(self) -> bool:
        """Whether nobody begins the job again when this attempt fails."""
        return self.attempt.tries >= MAX_TRIES

    async def report(self, percentage: float, step: str) -> None:
        """Tell how far it is, at most about once a second. Raises JobLost."""
        now = time.monotonic()
        if step == self._step and now - self._told_at < _REPORT_SECONDS:
            return
        self._told_at, self._step = now, step
        async with self._database.as_service() as connection:
            wanted = await repository.report(
                connection, self.attempt, percentage=min(99, int(percentage)), step=step
            )
        if not wanted:
            raise JobLost


Do = Callable[[Work], Awaitable[None]]
"""Does the work of one kind, and finishes the job in the transaction that stores what came of it."""


class Runner:
    """Runs the jobs of one worker. Everything that a job may do wrong ends with that job."""

    def __init__(self, database: Database, do: Do, *, limit_seconds: float) -> None:
        self.database = database
        self._do = do
        self._limit_seconds = limit_seconds

    async def run(self, job_id: UUID) -> None:
        """Raises TryLater when the job is to be begun again."""
        async with self.database.as_service() as connection:
            attempt = await repository.start(connection, job_id)
        if attempt is None:
            log.info("job.over", job_id=str(job_id))
            return
        if attempt.tries > MAX_TRIES:
            await self._fail(attempt, code="gave-up", error="It was begun too often and never came to an end")
            return
        await self._try(attempt)

    async def _try(self, attempt: Attempt) -> None:
        told = {"job_id": str(attempt.id), "kind": attempt.kind, "attempt": attempt.attempt}
        log.info("job.begins", **told)
        began = time.monotonic()
        limit = asyncio.timeout(self._limit_seconds)
        try:
            async with limit:
                await self._while_wanted(attempt)
        except JobLost:
            log.info("job.lost", **told)
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(attempt))
            raise
        except ServiceError as failure:
            await self._failed(attempt, failure)
        except Exception as fault:  # a fault of ours must not take the worker with it
            if limit.expired():
                await self._fail(attempt, code="time-limit", error="It took longer than a job may take")
                return
            log.exception("job.fault", **told)
            await self._failed(attempt, _fault(fault))
        else:
            log.info("job.ends", seconds=round(time.monotonic() - began, 3), **told)

    async def _give_back(self, attempt: Attempt) -> None:
        with suppress(Unavailable):  # then it was a try, which costs little
            async with self.database.as_service() as connection:
                await repository.give_back(connection, attempt)

    async def _while_wanted(self, attempt: Attempt) -> None:
        doing = asyncio.ensure_future(self._do(Work(self.database, attempt)))
        watching = asyncio.ensure_future(self._watch(attempt))
        try:
            await asyncio.wait({doing, watching}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                await doing
            else:
                await watching
        finally:
            doing.cancel()
            # More than once: psycopg may lose a cancellation that comes together with a result.
            while not watching.done():
                watching.cancel()
                await asyncio.wait({watching}, timeout=_CANCEL_AGAIN_SECONDS)
            await asyncio.wait({doing})

    async def _watch(self, attempt: Attempt) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                async with self.database.as_service() as connection:
                    wanted = await repository.is_wanted(connection, attempt)
            except Unavailable:
                continue  # whoever writes the result asks again
            if not wanted:
                raise JobLost

    async def _failed(self, attempt: Attempt, failure: ServiceError) -> None:
        if failure.retryable and attempt.tries < MAX_TRIES:
            seconds = _delay(attempt.tries)
            log.warning("job.waits", job_id=str(attempt.id), code=failure.code, seconds=round(seconds))
            raise TryLater(seconds) from failure
        await self._fail(attempt, code=failure.code, error=failure.detail)

    async def _fail(self, attempt: Attempt, *, code: str, error: str) -> None:
        log.warning("job.failed", job_id=str(attempt.id), code=code, attempt=attempt.attempt)
        async with self.database.as_service() as connection:
            await repository.fail(connection, attempt, error=error, code=code)


class _Fault(Unavailable):
    code, title = "internal-error", "Something went wrong on our side"


def _fault(fault: Exception) -> ServiceError:
    failure = _Fault("Something went wrong on our side; the fault is logged")
    failure.__cause__ = fault
    return failure


def _delay(tries: int) -> float:
    """Seconds until the next attempt: doubling up to a limit, with half of it left to chance."""
    ceiling = min(_LONGEST_RETRY_SECONDS, _FIRST_RETRY_SECONDS * 2 ** (tries - 1))
    return float(ceiling) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing

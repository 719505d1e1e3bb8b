"""The queue as a worker sees it: Procrastinate over our Postgres, with one task that runs any of our jobs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from procrastinate import App, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from api_service.jobs import repository
from api_service.jobs.runner import Runner, TryLater
from api_service.jobs.schema import SCHEMA
from api_service.settings import ApiSettings

log = structlog.get_logger()

_NAME = "jobs"
_HEARTBEAT_SECONDS = 3.0
_STALLED_SECONDS = 10.0
"""A worker whose heart has not beaten for so long is dead, and its jobs are another's."""

_RESCUE_SECONDS = 3.0
_CANCEL_AGAIN_SECONDS = 0.2
_POLL_SECONDS = 5.0
"""New jobs are notified of; this is for when a notification is lost."""


class _Again(BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        del job  # our own row counts the attempts
        match exception:
            case TryLater():
                return RetryDecision(retry_in={"seconds": round(exception.seconds)})
            case asyncio.CancelledError():  # the worker stops; another may go on at once
                return RetryDecision(retry_in={"seconds": 0})
            case _:
                # Not even the failure could be written down: the database was away.
                return RetryDecision(retry_in={"seconds": round(_STALLED_SECONDS)})


class Queue:
    """Open between `open_queue`'s lines."""

    def __init__(self, app: App, runner: Runner, *, concurrency: int) -> None:
        self._app = app
        self._runner = runner
        self._concurrency = concurrency

    async def work(self) -> None:
        """Take jobs and run them until cancelled, which gives running ones back."""
        rescuing = asyncio.create_task(self._rescue())
        try:
            await self._take()
        finally:
            # More than once: psycopg may lose a cancellation that comes together with a result.
            while not rescuing.done():
                rescuing.cancel()
                await asyncio.wait({rescuing}, timeout=_CANCEL_AGAIN_SECONDS)

    async def _take(self) -> None:
        await self._app.run_worker_async(
            queues=[_NAME],
            concurrency=self._concurrency,
            install_signal_handlers=False,
            shutdown_graceful_timeout=0.0,
            fetch_job_polling_interval=_POLL_SECONDS,
            update_heartbeat_interval=_HEARTBEAT_SECONDS,
            stalled_worker_timeout=_STALLED_SECONDS,
            delete_jobs="successful",
        )

    async def _rescue(self) -> None:
        """Give the jobs of dead workers to others, for ever."""
        manager = self._app.job_manager
        while True:
            for job in await manager.get_stalled_jobs(queue=_NAME, seconds_since_heartbeat=_STALLED_SECONDS):
                try:
                    await manager.retry_job(job)
                except ConnectorException:
                    # Of two who find it the second is too late, which must not end its own jobs.
                    log.info("job.rescued_already", queued=job.id)
                else:
                    log.warning("job.rescued", queued=job.id, **job.task_kwargs)
            await asyncio.sleep(_RESCUE_SECONDS)


@asynccontextmanager
async def open_queue(settings: ApiSettings, runner: Runner) -> AsyncIterator[Queue]:
    """Connections of its own: the library listens on one of them, which a pooler of transactions cannot."""
    app = App(
        connector=PsycopgConnector(
            conninfo=settings.database_url.get_secret_value(),
            kwargs={"options": f"-c search_path={SCHEMA}"},
            min_size=1,
            max_size=settings.worker_jobs + 4,
        )
    )

    @app.task(name="job", retry=_Again())
    async def run(job_id: str) -> None:
        await runner.run(UUID(job_id))

    @app.periodic(cron="* * * * *")
    @app.task(name="age", queue=_NAME, priority=1000)
    async def age(timestamp: int) -> None:
        """Once a minute, however many workers: what is low passes newer urgent work in half an hour."""
        del timestamp
        async with runner.database.as_service() as connection:
            await repository.age(connection)

    async with app.open_async():
        yield Queue(app, runner, concurrency=settings.worker_jobs)

"""A worker: takes jobs from the queue, and tells at `/health` and `/metrics` how it is."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Literal

import structlog
from fastapi import FastAPI
from pydantic import BaseModel

from api_service.database import Database
from api_service.jobs.queue import open_queue
from api_service.jobs.runner import Runner, Work
from api_service.minutes.job import MinutesTools, summarize
from api_service.minutes.makers import open_maker
from api_service.minutes.sections import SectionStream
from api_service.recordings.job import join
from api_service.recordings.late import LateRecordings
from api_service.second_pass.job import hear_again
from api_service.settings import ApiSettings
from api_service.transcribing.job import transcribe
from api_service.transcribing.tools import Tools, open_tools
from shared import serving
from shared.background import Background
from shared.clients.redis import connect
from shared.errors import ServiceError
from shared.inference import InferenceWorker

log = structlog.get_logger()

_MODEL_REST_SECONDS = 120.0
"""A model server starts again in so long, and what the other parts of a meeting have cost is not lost."""


class WorkerHealth(BaseModel):
    """That it runs; what it waits for is in the database."""

    status: Literal["healthy"] = "healthy"


class UnknownKind(ServiceError):
    status, code, title = 501, "unknown-kind", "This worker cannot do such jobs"


def create_worker(settings: ApiSettings) -> FastAPI:
    """One worker process; it works for as long as its lifespan lasts."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _open(settings, stack)
            yield

    app = FastAPI(title="Intrascribe Worker", lifespan=lifespan, openapi_url=None)
    serving.install(app, service="worker", max_body_bytes=0)

    @app.get("/health")
    async def health() -> WorkerHealth:
        return WorkerHealth()

    return app


async def _open(settings: ApiSettings, stack: AsyncExitStack) -> None:
    database = Database(
        settings.database_url.get_secret_value(),
        connections=2 * settings.worker_jobs + 2,
        prepares=settings.connections_prepare,
    )
    stack.push_async_callback(database.close)
    await database.open()
    tools = await open_tools(settings, stack, database=database)
    minutes = await _open_minutes(settings, stack, database=database)

    async def do(work: Work) -> None:
        await _do(tools, minutes, work)

    runner = Runner(database, do, limit_seconds=settings.worker_limit_seconds)

    async def work() -> None:
        async with open_queue(settings, runner) as queue:
            await queue.work()

    background = await stack.enter_async_context(Background())
    background.start("queue", work)
    background.start("late_recordings", LateRecordings(database, tools.storage).run)


async def _open_minutes(settings: ApiSettings, stack: AsyncExitStack, *, database: Database) -> MinutesTools:
    redis = connect(settings.redis_url.get_secret_value())
    stack.push_async_callback(redis.aclose)
    extraction = InferenceWorker(name="minutes", max_waiting=settings.worker_jobs)
    stack.callback(extraction.close)
    maker = await open_maker(settings, stack, extraction=extraction, rest_seconds=_MODEL_REST_SECONDS)
    return MinutesTools(database, maker, SectionStream(redis))


async def _do(tools: Tools, minutes: MinutesTools, work: Work) -> None:
    match work.attempt.kind:
        case "transcribe":
            await transcribe(tools, work)
        case "join_recording":
            await join(tools, work)
        case "summarize":
            await summarize(minutes, work)
        case "second_pass":
            await hear_again(tools, work)
        case kind:
            raise UnknownKind(f"Jobs of the kind {kind} need a newer worker")

"""The worker: registers with LiveKit, is dispatched to rooms, and runs each in a process of its own."""

import asyncio
import logging
import math
import os
import signal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from livekit.agents import AgentServer, AutoSubscribe, JobContext, JobProcess, JobRequest
from livekit.agents.worker import WorkerPermissions
from pydantic import ValidationError

from agent_service.agent import RoomAgent
from agent_service.health import Health
from agent_service.recording.uploads import Leftovers
from agent_service.settings import AgentSettings
from shared.background import Background
from shared.contracts.rooms import AGENT_NAME, AgentJob
from shared.observing import configure_logging
from shared.storage import open_storage

log = structlog.get_logger()

_MARGIN_SECONDS = 10.0
"""What a job needs to end beside the waiting that its settings allow."""

_SHARED_BY_ALL_ROOMS = ["agent_service.agent", "httpcore", "anyio._backends._asyncio"]
"""Imported once, in the process from which those of the rooms are forked: they share the memory."""

_AGENT = "agent"


async def serve(settings: AgentSettings) -> None:
    """Caption rooms until SIGTERM or SIGINT. Raises when LiveKit could not be reached for minutes."""
    _configure_logging(settings)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with TemporaryDirectory(prefix="intrascribe-agent-") as metrics:
        server = build_server(settings, metrics_directory=metrics)
        health = Health(server, metrics_directory=Path(metrics))
        leftovers = Leftovers(open_storage(settings), settings.spool_directory)
        async with health.served(host=settings.host, port=settings.port), Background() as background:
            background.start("leftovers", leftovers.run)
            await _run(server, stopping, drain_seconds=settings.drain_seconds)


async def _run(server: AgentServer, stopping: asyncio.Event, *, drain_seconds: int) -> None:
    running = asyncio.create_task(server.run())
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set() and drain_seconds:
            await _drain(server, drain_seconds)
    finally:
        stopped.cancel()
        await server.aclose()
    await running


def build_server(settings: AgentSettings, *, metrics_directory: str) -> AgentServer:
    """A worker that takes only rooms for which it is asked by name."""
    # Both are for the processes that will be started. The framework's own models are not used here, and
    # glibc's arena for every thread would hold 25 MB in each room's process that nobody needs.
    os.environ["LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE"] = "0"
    os.environ["MALLOC_ARENA_MAX"] = "2"
    server = AgentServer(
        ws_url=settings.livekit_url,
        api_key=settings.livekit_api_key,
        api_secret=settings.livekit_api_secret.get_secret_value(),
        # The framework's own health check is well before a worker is registered; ours is in health.py.
        host="127.0.0.1",
        port=0,
        prometheus_multiproc_dir=metrics_directory,
        num_idle_processes=settings.idle_processes,
        session_end_timeout=settings.stop_seconds + settings.finish_seconds + _MARGIN_SECONDS,
        permissions=WorkerPermissions(can_publish=False, can_update_metadata=False),
        setup_fnc=_prepare_process,
        load_fnc=partial(_load, max_rooms=settings.max_rooms),
        # How many rooms there may be is for _consider: a busy moment of the machine is no reason to
        # leave a meeting without captions.
        load_threshold=math.inf,
        preload_modules=_SHARED_BY_ALL_ROOMS,
    )
    server.rtc_session(
        _caption_room,
        agent_name=AGENT_NAME,
        on_request=partial(_consider, server, settings.max_rooms),
        on_session_end=_leave_room,
    )
    return server


async def _drain(server: AgentServer, seconds: int) -> None:
    try:
        await server.drain(timeout=seconds)
    except TimeoutError:
        log.info("worker.not_drained", rooms=len(server.active_jobs))


def _load(server: AgentServer, *, max_rooms: int) -> float:
    return min(1.0, len(server.active_jobs) / max_rooms)


async def _consider(server: AgentServer, max_rooms: int, request: JobRequest) -> None:
    if len(server.active_jobs) < max_rooms:
        await request.accept()
    else:
        log.warning("worker.full", rooms=max_rooms)
        await request.reject(terminate=False)


def _prepare_process(_process: JobProcess) -> None:
    """Runs in every process before it has a room. Its log goes where the worker's goes."""
    # The framework's handler sends lines to the worker from a thread that nobody ends when the worker was
    # killed: the process would wait for it for ever.
    for handler in logging.getLogger().handlers:
        handler.close()
    _configure_logging(AgentSettings())


async def _caption_room(context: JobContext) -> None:
    """Runs in the room's own process; returns once the agent listens."""
    try:
        job = AgentJob.model_validate_json(context.job.metadata)
    except ValidationError:
        log.warning("job.without_session", job_id=context.job.id)
        context.shutdown("the dispatch names no session")
        return
    structlog.contextvars.bind_contextvars(session_id=str(job.session_id), job_id=context.job.id)
    agent = context.proc.userdata[_AGENT] = RoomAgent(
        context.room,
        job,
        identity=context.local_participant_identity,
        settings=AgentSettings(),
        leave=partial(_leave, context),
    )
    await agent.start(partial(context.connect, auto_subscribe=AutoSubscribe.AUDIO_ONLY))


def _leave(context: JobContext, reason: str) -> None:
    log.info("agent.leaves", reason=reason)
    context.shutdown(reason)


async def _leave_room(context: JobContext) -> None:
    """Runs when the job ends, whatever ended it, while the room is still there if it was not the reason."""
    agent = context.proc.userdata.get(_AGENT)
    if isinstance(agent, RoomAgent):
        with structlog.contextvars.bound_contextvars(session_id=str(agent.session_id), job_id=context.job.id):
            await agent.aclose()


def _configure_logging(settings: AgentSettings) -> None:
    configure_logging(service="agent", level=settings.log_level, log_format=settings.log_format)
    # What LiveKit tells of its daily work names rooms and people.
    logging.getLogger("livekit").setLevel(logging.WARNING)

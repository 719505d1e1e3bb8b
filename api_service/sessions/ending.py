"""Decides when a session has ended, and says so only when everything that was seen of it is stored.

A client finalizes when it has lost its connection, and that is no reason to end a meeting for others: a
session is completed when nobody is left in its room, here or by presence, and goes on when somebody returns.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from api_service.auth.verifier import Claims
from api_service.livekit.presence_repository import complete_session
from api_service.livekit.tokens import is_identity_of
from api_service.realtime.fold import Transcript
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import changing, lifecycle, repository, service
from api_service.sessions.repository import Outcome, Session, Status
from api_service.sessions.schemas import FinalizeResult
from api_service.tasks import repository as tasks
from api_service.waiting import until
from shared.contracts.rooms import session_seconds
from shared.errors import Unavailable

_LEAVING_SECONDS = 2.0
"""A client says that it has lost its connection sooner than LiveKit notices."""

_SPEAKING_SECONDS = 3.0
"""What was being said when the last one left is waited for this long; it is stored whenever it comes."""

_STORING_SECONDS = 5.0
_IN_ALL_SECONDS = 8.0
"""Less than a process waits that stops, also when LiveKit is slow."""

_AWAITED: dict[Status, frozenset[tasks.Status]] = {
    "processing": frozenset({"pending", "started"}),
    "failed": frozenset({"failed"}),
}
"""The states of the transcription that a session in this state is about."""


@dataclass(frozen=True, slots=True)
class Finalized:
    """How a session stands after it was asked to end, and the task that says so from now on."""

    task_id: UUID
    task_status: tasks.Status
    result: FinalizeResult
    audio_path: str | None


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    limit = asyncio.timeout(_IN_ALL_SECONDS)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise Unavailable("The session is still being ended: ask again") from None


@_in_time()
async def finalize(runtime: Runtime, claims: Claims, session_id: UUID) -> Finalized:
    """Complete a session of the caller if nobody is left in its room. Doing it again is the same task.

    A session that is being transcribed completes with its transcription, whose task is told. Raises
    SessionNotFound, UpstreamFailed without LiveKit, and Unavailable while captions are not stored.
    """
    async with open_caller(runtime, claims) as caller:
        session = await service.find(caller, session_id)
        user_id = caller.user.id
    if session.status in lifecycle.ENDING and not await _is_attended(runtime, session_id, user_id):
        await _settle(runtime, session)
        await _complete(runtime, session)
    elif session.status in lifecycle.OVER:
        await _settle(runtime, session)
    async with open_caller(runtime, claims) as caller:
        outcome = await repository.outcome(caller.connection, session_id, user_id=user_id)
        if outcome is None:
            raise service.SessionNotFound
        return await _told(caller, session_id, outcome)


@_in_time()
async def end(runtime: Runtime, claims: Claims, session_id: UUID) -> Session:
    """Send everybody out of the room of an own session and complete it. Doing it again changes nothing.

    Raises SessionNotFound, NotOwner, UpstreamFailed and Unavailable.
    """
    async with open_caller(runtime, claims) as caller:
        session = await service.owned(caller, session_id)
    await runtime.live.rooms.close(session_id)
    await runtime.live.presence.not_wanted(session_id)
    await _settle(runtime, session)
    await _complete(runtime, session)
    async with open_caller(runtime, claims) as caller:
        return await service.find(caller, session_id)


async def _is_attended(runtime: Runtime, session_id: UUID, user_id: UUID) -> bool:
    """Whether anybody is in the room, once the connection of who asks has had time to end."""
    others = False

    async def decided() -> bool:
        nonlocal others
        people = await runtime.live.rooms.people(session_id)
        others = any(not is_identity_of(person.identity, user_id) for person in people)
        return others or not people

    return not await until(decided, within_seconds=_LEAVING_SECONDS) or others


async def _settle(runtime: Runtime, session: Session) -> None:
    """Wait until what was said is final, within reason, and until every final is stored."""
    streams = runtime.live.streams
    if session.status in lifecycle.LIVE:

        async def all_said() -> bool:
            settled, _ = await streams.settled(session.id)
            entries = await streams.after(session.id, settled)
            transcript = Transcript()
            for entry in entries:
                transcript.apply(entry.event)
            return all(segment.final for segment in transcript.segments)

        await until(all_said, within_seconds=_SPEAKING_SECONDS)
    newest = await streams.newest(session.id)
    if not await until(lambda: streams.is_stored(session.id, newest), within_seconds=_STORING_SECONDS):
        raise Unavailable("What was said last is still being stored")


async def _complete(runtime: Runtime, session: Session) -> None:
    async with runtime.database.as_service() as connection:
        changed = await complete_session(connection, session.id, at=datetime.now(UTC))
    if changed:
        await changing.tell(runtime, session.id, "completed")


async def _told(caller: Caller, session_id: UUID, outcome: Outcome) -> Finalized:
    result = _result(session_id, outcome)
    job = None
    if awaited := _AWAITED.get(outcome.status):
        job = await tasks.newest_of_session(
            caller.connection, session_id, kind="transcribe", user_id=caller.user.id
        )
        job = job if job and job.status in awaited else None
    if job is not None:
        return Finalized(job.id, job.status, result, outcome.audio_path)
    written = result.model_dump(mode="json")
    task_id = await tasks.record_finalization(caller.connection, session_id, written)
    if task_id is None:
        raise service.SessionNotFound
    return Finalized(task_id, "success", result, outcome.audio_path)


def _result(session_id: UUID, outcome: Outcome) -> FinalizeResult:
    seconds = outcome.duration_seconds
    if seconds is None:
        seconds = session_seconds(datetime.now(UTC), outcome.started_at) if outcome.started_at else 0.0
    return FinalizeResult(
        message=_message(outcome.status),
        session_id=session_id,
        session_status=outcome.status,
        finalized=outcome.status in lifecycle.OVER,
        transcription_saved=outcome.total_segments > 0,
        transcription_id=outcome.transcription_id,
        total_duration_seconds=seconds,
        total_segments=outcome.total_segments,
        word_count=outcome.word_count,
    )


def _message(status: Status) -> str:
    match status:
        case "completed" | "cancelled" | "archived":
            return "Session finalized successfully"
        case "processing":
            return "The session is being transcribed: it completes when that is done"
        case "failed":
            return "The session is not finalized: its transcription has failed"
        case _:
            return "The session goes on: people are still in its room"

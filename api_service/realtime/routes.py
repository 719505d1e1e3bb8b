"""`/api/v1/realtime`: what is said now, what is known of it, and how the session is doing."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from api_service.realtime import service
from api_service.realtime.positions import Position
from api_service.realtime.schemas import ParticipantResponse, StatusResponse, TranscriptionResponse
from api_service.realtime.service import LiveTranscript
from api_service.realtime.telling import Told, snapshot, told
from api_service.realtime.telling import transcription as transcription_of
from api_service.runtime import CurrentClaims, CurrentRuntime, Runtime
from api_service.server_events import EventStream, TooManyStreams
from api_service.sessions.service import SessionId, SessionNotFound
from shared.errors import BadRequest, Unauthenticated, Unavailable, UpstreamFailed
from shared.problems import documented

_RETURN_MILLISECONDS = 1000
"""When followers of a server that stops come back: another one is there by then."""

router = APIRouter(
    prefix="/api/v1/realtime",
    tags=["realtime"],
    responses=documented(Unauthenticated, SessionNotFound, Unavailable),
)


@router.get("/sessions/{session_id}/transcription")
async def transcription(
    session_id: SessionId, runtime: CurrentRuntime, claims: CurrentClaims
) -> TranscriptionResponse:
    """Finals and open partials, as everybody in the room should see them now."""
    return transcription_of(await service.read_transcript(runtime, claims, session_id))


@router.get("/sessions/{session_id}/status", responses=documented(UpstreamFailed))
async def status(session_id: SessionId, runtime: CurrentRuntime, claims: CurrentClaims) -> StatusResponse:
    """Who is in the room, and whether an agent listens."""
    live = await service.read_status(runtime, claims, session_id)
    return StatusResponse(
        session_id=session_id,
        status=live.session.status,
        participant_count=len(live.people),
        recording=live.session.status == "recording",
        transcription_segments=live.stored_segments,
        last_activity=live.last_activity,
        duration_seconds=live.duration_seconds,
        agent="listening" if live.agent_listens else "absent",
        participants=[ParticipantResponse(identity=each.identity, name=each.name) for each in live.people],
    )


@router.get(
    "/sessions/{session_id}/events",
    response_class=EventSourceResponse,
    responses=documented(BadRequest, TooManyStreams),
)
async def events(
    session_id: SessionId,
    runtime: CurrentRuntime,
    claims: CurrentClaims,
    after: Annotated[str | None, Query(description="Position to resume from")] = None,
    last_event_id: Annotated[str | None, Header(description="The same, as browsers send it")] = None,
) -> EventSourceResponse:
    """Server-sent events: `snapshot` unless resuming, then each `caption`, `agent`, `session` and `speaker`.

    The id of every event is a position. The stream ends when the token expires.
    """
    # A browser that reconnects repeats the address it began with, and says in the header how far it came.
    given = last_event_id or after
    position = Position.parse(given) if given else None
    start = await service.begin_following(runtime, claims, session_id, position)
    stopping = anyio.Event()
    following = _events(runtime, start, session_id, until=claims.expires_at, stopping=stopping)
    return EventStream(following, stopping=stopping, place=runtime.streams.taken(claims.user_id))


async def _events(
    runtime: Runtime,
    start: LiveTranscript | Position,
    session_id: UUID,
    *,
    until: float,
    stopping: anyio.Event,
) -> AsyncIterator[ServerSentEvent]:
    position = start if isinstance(start, Position) else start.position
    if isinstance(start, LiveTranscript):
        yield _event(snapshot(start))
    async for entry in service.follow(runtime, session_id, position, until=until, stopping=stopping):
        yield _event(told(entry))
    if stopping.is_set():
        yield ServerSentEvent(comment="restarting", retry=_RETURN_MILLISECONDS, sep="\n")


def _event(event: Told) -> ServerSentEvent:
    return ServerSentEvent(event.data.model_dump_json(), event=event.kind, id=str(event.position), sep="\n")

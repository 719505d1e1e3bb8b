"""Decides how somebody enters the room of a session."""

from uuid import UUID

import structlog
from livekit.api import CreateRoomRequest, LiveKitAPI

from api_service.auth.verifier import Claims
from api_service.livekit import tokens
from api_service.livekit.client import FAILURES
from api_service.livekit.schemas import ConnectionDetails, ConnectionRequest
from api_service.realtime.service import LiveStatus, read_status
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import ending, repository
from api_service.sessions import service as sessions
from api_service.sessions.repository import Session
from shared.contracts.rooms import RoomMetadata, room_name, session_of
from shared.errors import BadRequest, Conflict, Forbidden, ServiceError, UpstreamFailed

log = structlog.get_logger()

_EMPTY_SECONDS = 300
_DEPARTURE_SECONDS = 30
"""How long a room outlives its last participant, so that a dropped connection finds it again."""


class SessionClosed(Conflict):
    code, title = "session-closed", "This session does not meet any more"


class InvalidRoomName(BadRequest):
    code, title = "invalid-room-name", "This is no room of a session"


class RoomDenied(Forbidden):
    code, title = "room-access-denied", "This room is not yours"

    def __init__(self) -> None:
        # The same words for what does not exist and for what belongs to others.
        super().__init__("Access denied to this room")


async def connect(runtime: Runtime, claims: Claims, asked: ConnectionRequest) -> ConnectionDetails:
    """Create or find the session, make sure of its room, and let the caller in.

    Raises UpstreamFailed while LiveKit does not answer; a session that was created for it is removed then.
    """
    async with open_caller(runtime, claims) as caller:
        session, user = await _session(caller, asked), caller.user
    room = room_name(session.id)
    try:
        await _ensure_room(runtime.livekit, room, RoomMetadata(recording=session.record))
    except UpstreamFailed:
        if asked.session_id is None:
            await _remove(runtime, claims, session.id)
        raise
    token = tokens.participant_token(
        runtime.settings, room=room, identity=tokens.new_identity(user.id), name=user.display_name
    )
    return ConnectionDetails(
        server_url=runtime.settings.browser_livekit_url,
        room_name=room,
        participant_name=f"User_{user.username}",
        participant_token=token,
        session_id=session.id,
    )


async def _session(caller: Caller, asked: ConnectionRequest) -> Session:
    if asked.session_id is None:
        return await sessions.create(caller, title=asked.title, language=asked.language, record=asked.record)
    session = await sessions.find(caller, sessions.session_named(asked.session_id))
    if session.status in {"cancelled", "archived"}:
        raise SessionClosed(f"It is {session.status}")
    return session


async def _remove(runtime: Runtime, claims: Claims, session_id: UUID) -> None:
    """A session that nobody was told of. Raises nothing: one that stays is empty."""
    try:
        async with open_caller(runtime, claims) as caller:
            await repository.delete(caller.connection, session_id, user_id=caller.user.id)
    except ServiceError as failure:
        log.warning("session.not_removed", session_id=str(session_id), code=failure.code)


async def room_status(runtime: Runtime, claims: Claims, room: str) -> LiveStatus:
    """Raises InvalidRoomName, RoomDenied, Unavailable and UpstreamFailed."""
    try:
        return await read_status(runtime, claims, _session_in(room))
    except sessions.SessionNotFound:
        raise RoomDenied from None


async def end_room(runtime: Runtime, claims: Claims, room: str) -> Session:
    """Raises InvalidRoomName, RoomDenied, NotOwner, Unavailable and UpstreamFailed."""
    try:
        return await ending.end(runtime, claims, _session_in(room))
    except sessions.SessionNotFound:
        raise RoomDenied from None


def _session_in(room: str) -> UUID:
    try:
        return session_of(room)
    except ValueError:
        raise InvalidRoomName("Invalid room name format") from None


async def _ensure_room(livekit: LiveKitAPI, room: str, metadata: RoomMetadata) -> None:
    request = CreateRoomRequest(
        name=room,
        empty_timeout=_EMPTY_SECONDS,
        departure_timeout=_DEPARTURE_SECONDS,
        metadata=metadata.model_dump_json(),
    )
    try:
        await livekit.room.create_room(request)
    except FAILURES as failure:
        raise UpstreamFailed(f"LiveKit could not be reached: {type(failure).__name__}") from failure

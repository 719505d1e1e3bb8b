"""Decides what an owner may do to a session: rename, pause, end, choose a template, delete."""

from datetime import UTC, datetime
from uuid import UUID

import structlog

from api_service.livekit.tokens import is_identity_of
from api_service.runtime import Caller, Runtime
from api_service.sessions import lifecycle, repository, service
from api_service.sessions.repository import Changes, Session, Status
from api_service.templates import service as templates
from api_service.templates.service import TemplateNotFound
from shared.contracts.captions import SessionChanged
from shared.contracts.rooms import RoomMetadata
from shared.errors import Conflict, Unavailable, UpstreamFailed

log = structlog.get_logger()


class SessionInProgress(Conflict):
    code, title = "session-in-progress", "Others are in the room of this session"


async def update(
    runtime: Runtime, caller: Caller, session_id: UUID, changes: Changes, *, status: str | None
) -> tuple[Session, Status]:
    """Change an own session; `status` is what the client asked for, known or not. Returns also what it was.

    Raises SessionNotFound, NotOwner, InvalidStatus, StatusNotAllowed, SessionInProgress and UpstreamFailed.
    """
    session = await service.owned(caller, session_id)
    becomes = lifecycle.next_status(session.status, status) if status is not None else session.status
    await repository.change(caller.connection, session_id, changes, user_id=caller.user.id)
    if changes.record not in (None, session.record):
        await _tell_room(runtime, session, RoomMetadata(recording=bool(changes.record)))
    if becomes != session.status:
        if session.status in lifecycle.LIVE and becomes in lifecycle.OVER:
            await _leave_room(runtime, session_id, owner=caller.user.id)
        changed = await repository.change_status(
            caller.connection, session_id, was=session.status, becomes=becomes
        )
        if not changed:
            raise lifecycle.StatusNotAllowed("Its status has just changed; look at it again")
    return await service.find(caller, session_id), session.status


async def choose_template(caller: Caller, session_id: UUID, template_id: UUID | None) -> Session:
    """Raises SessionNotFound, NotOwner and TemplateNotFound."""
    await service.owned(caller, session_id)
    if template_id is not None and not (await templates.find(caller, template_id)).is_active:
        raise TemplateNotFound
    await repository.set_template(caller.connection, session_id, template_id, user_id=caller.user.id)
    return await service.find(caller, session_id)


async def delete(runtime: Runtime, caller: Caller, session_id: UUID) -> None:
    """Delete an own session with all that was said in it, and send everybody out of its room.

    Raises SessionNotFound, NotOwner, and UpstreamFailed while people may be in a room that cannot be closed.
    """
    session = await service.owned(caller, session_id)
    await repository.delete(caller.connection, session_id, user_id=caller.user.id)
    try:
        await runtime.live.rooms.close(session_id)
    except UpstreamFailed:
        if session.status in lifecycle.LIVE:
            raise
        log.info("session.room_unreachable", session_id=str(session_id))


async def forget(runtime: Runtime, session_id: UUID) -> None:
    """Remove what Redis has of a deleted session, after it is gone. Raises nothing.

    What cannot be removed now stays no longer than captions are kept: the sink passes it over.
    """
    await tell(runtime, session_id, "deleted")
    try:
        await runtime.live.presence.forget(session_id)
        await runtime.live.streams.forget(session_id)
    except Unavailable:
        log.warning("session.not_forgotten", session_id=str(session_id))


async def tell(runtime: Runtime, session_id: UUID, status: str) -> None:
    """Let those know who follow a session or look after its room. Raises nothing."""
    try:
        changed = SessionChanged(status=status, at=datetime.now(UTC))
        await runtime.live.streams.publish(session_id, "session", changed)
        await runtime.live.presence.look_soon(session_id)
    except Unavailable:
        log.warning("session.not_told", session_id=str(session_id))


async def _tell_room(runtime: Runtime, session: Session, metadata: RoomMetadata) -> None:
    """The agent obeys, and everybody sees it. Raises UpstreamFailed while people may be in the room."""
    try:
        await runtime.live.rooms.describe(session.id, metadata)
    except UpstreamFailed:
        if session.status in lifecycle.LIVE:
            raise
        log.info("session.room_unreachable", session_id=str(session.id))


async def _leave_room(runtime: Runtime, session_id: UUID, *, owner: UUID) -> None:
    """A session ends for those in its room too; nobody ends it by a change of status while others meet."""
    people = await runtime.live.rooms.people(session_id)
    if any(not is_identity_of(person.identity, owner) for person in people):
        raise SessionInProgress("End its room first: POST /api/v1/livekit/rooms/{room}/end")
    await runtime.live.rooms.close(session_id)

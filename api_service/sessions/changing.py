"""Decides what an owner may do to a session: rename, pause, end, choose a template, delete."""

from datetime import UTC, datetime
from uuid import UUID

import structlog

from api_service.auth.verifier import Claims
from api_service.livekit.tokens import is_identity_of
from api_service.runtime import Caller, Runtime, open_caller
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
    runtime: Runtime, claims: Claims, session_id: UUID, changes: Changes, *, status: str | None
) -> tuple[Session, Status]:
    """Change an own session; `status` is what the client asked for, known or not. Returns also what it was.

    Raises SessionNotFound, NotOwner, InvalidStatus, StatusNotAllowed, SessionInProgress and UpstreamFailed.
    """
    async with open_caller(runtime, claims) as caller:
        session = await service.owned(caller, session_id)
        becomes = lifecycle.next_status(session.status, status) if status is not None else session.status
        leaves = session.status in lifecycle.LIVE and becomes in lifecycle.OVER
        is_told = changes.record not in (None, session.record)
        if not (leaves or is_told):
            return await _change(caller, session, changes, becomes), session.status
    # LiveKit may take its time: no connection to the database is held meanwhile.
    if is_told:
        await _tell_room(runtime, session, RoomMetadata(recording=bool(changes.record)))
    if leaves:
        await _leave_room(runtime, session_id, owner=claims.user_id)
    async with open_caller(runtime, claims) as caller:
        await service.owned(caller, session_id)
        return await _change(caller, session, changes, becomes), session.status


async def choose_template(caller: Caller, session_id: UUID, template_id: UUID | None) -> Session:
    """Raises SessionNotFound, NotOwner and TemplateNotFound."""
    await service.owned(caller, session_id)
    if template_id is not None and not (await templates.find(caller, template_id)).is_active:
        raise TemplateNotFound
    await repository.set_template(caller.connection, session_id, template_id, user_id=caller.user.id)
    return await service.find(caller, session_id)


async def delete(runtime: Runtime, claims: Claims, session_id: UUID) -> None:
    """Send everybody out of the room of an own session, and delete it with all that was said in it.

    Raises SessionNotFound, NotOwner, and UpstreamFailed while people may be in a room that cannot be closed.
    """
    async with open_caller(runtime, claims) as caller:
        session = await service.owned(caller, session_id)
    try:
        await runtime.live.rooms.close(session_id)
    except UpstreamFailed:
        if session.status in lifecycle.LIVE:
            raise
        log.info("session.room_unreachable", session_id=str(session_id))
    async with open_caller(runtime, claims) as caller:
        await repository.delete(caller.connection, session_id, user_id=caller.user.id)


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


async def _change(caller: Caller, session: Session, changes: Changes, becomes: Status) -> Session:
    """The session as it is then, in the transaction of the caller. Raises StatusNotAllowed."""
    await repository.change(caller.connection, session.id, changes, user_id=caller.user.id)
    if becomes != session.status and not await repository.change_status(
        caller.connection, session.id, was=session.status, becomes=becomes
    ):
        raise lifecycle.StatusNotAllowed("Its status has just changed; look at it again")
    return await service.find(caller, session.id)


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

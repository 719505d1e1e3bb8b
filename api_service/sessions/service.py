"""Decides which sessions a caller reaches."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from api_service.runtime import Caller
from api_service.sessions import repository
from api_service.sessions.repository import Session
from shared.contracts.rooms import session_of
from shared.errors import NotFound


class SessionNotFound(NotFound):
    code, title = "session-not-found", "There is no such session"

    def __init__(self) -> None:
        # The same words for what does not exist and for what belongs to others.
        super().__init__("You have no session with this id")


class InviteNotFound(NotFound):
    code, title = "invite-not-found", "This invitation opens nothing"


def session_named(room_or_id: str) -> UUID:
    """The session that a client means by an id or a room name. Raises SessionNotFound for anything else."""
    try:
        return session_of(room_or_id)
    except ValueError:
        raise SessionNotFound from None


async def _session_in_path(session_id: str) -> UUID:
    return session_named(session_id)


SessionId = Annotated[UUID, Depends(_session_in_path)]
"""For routes with `{session_id}` in their path: an id or a room name."""


async def create(caller: Caller, *, title: str, language: str, stt_model: str | None = None) -> Session:
    """A new session that the caller owns."""
    created = await repository.create(
        caller.connection, user_id=caller.user.id, title=title, language=language, stt_model=stt_model
    )
    return await find(caller, created)


async def find(caller: Caller, session_id: UUID) -> Session:
    """A session that the caller is a member of. Raises SessionNotFound."""
    session = await repository.find(caller.connection, session_id, user_id=caller.user.id)
    if session is None:
        raise SessionNotFound
    return session


async def newest(caller: Caller, *, limit: int, offset: int) -> list[Session]:
    """The caller's sessions."""
    return await repository.newest(caller.connection, user_id=caller.user.id, limit=limit, offset=offset)


async def join(caller: Caller, invite_code: str) -> Session:
    """The session behind an invitation, with the caller as its member. Raises InviteNotFound."""
    joined = await repository.join(caller.connection, invite_code)
    if joined is None:
        raise InviteNotFound("Ask for a new one")
    return await find(caller, joined)

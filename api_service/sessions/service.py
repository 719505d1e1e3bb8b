"""Decides which sessions a caller reaches."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from api_service.runtime import Caller
from api_service.sessions import listing_repository, repository
from api_service.sessions.listing import Place, Sorting, Wanted, place_of
from api_service.sessions.repository import Session
from shared.contracts.rooms import session_of
from shared.errors import Forbidden, NotFound

DEFAULT_TITLE = "New Recording Session"
"""As the original has it."""


class SessionNotFound(NotFound):
    code, title = "session-not-found", "There is no such session"

    def __init__(self) -> None:
        # The same words for what does not exist and for what belongs to others.
        super().__init__("You have no session with this id")


class NotOwner(Forbidden):
    code, title = "not-owner", "Only the owner may do this"

    def __init__(self) -> None:
        super().__init__("You take part in this session; its owner alone may change it")


class InviteNotFound(NotFound):
    code, title = "invite-not-found", "This invitation opens nothing"


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, and where the next part begins."""

    sessions: list[Session]
    next: Place | None


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


async def create(
    caller: Caller, *, title: str | None, language: str, stt_model: str | None = None, record: bool = True
) -> Session:
    """A new session that the caller owns. Without a title it has one that minutes may replace."""
    created = await repository.create(
        caller.connection,
        user_id=caller.user.id,
        title=title or DEFAULT_TITLE,
        title_by="default" if title in (None, DEFAULT_TITLE) else "person",
        language=language,
        stt_model=stt_model,
        record=record,
    )
    return await find(caller, created)


async def find(caller: Caller, session_id: UUID) -> Session:
    """A session that the caller is a member of. Raises SessionNotFound."""
    session = await repository.find(caller.connection, session_id, user_id=caller.user.id)
    if session is None:
        raise SessionNotFound
    return session


async def owned(caller: Caller, session_id: UUID) -> Session:
    """A session that the caller may change. Raises SessionNotFound and NotOwner."""
    session = await find(caller, session_id)
    if session.role != "owner":
        raise NotOwner
    return session


async def listed(
    caller: Caller, wanted: Wanted, sorting: Sorting, *, after: Place | None, limit: int, offset: int
) -> Page:
    """The caller's sessions from a place on, and where the next page begins."""
    found = await listing_repository.page(
        caller.connection, caller.user.id, wanted, sorting, after=after, limit=limit + 1, offset=offset
    )
    shown = found[:limit]
    return Page(
        sessions=shown,
        next=place_of(shown[-1], sorting) if len(found) > limit else None,
    )


async def count(caller: Caller, wanted: Wanted) -> int:
    """How many of the caller's sessions are wanted."""
    return await listing_repository.count(caller.connection, caller.user.id, wanted)


async def join(caller: Caller, invite_code: str) -> Session:
    """The session behind an invitation, with the caller as its member. Raises InviteNotFound."""
    joined = await repository.join(caller.connection, invite_code)
    if joined is None:
        raise InviteNotFound("Ask for a new one")
    return await find(caller, joined)

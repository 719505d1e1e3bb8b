"""Decides who says which microphones are shared, and has what is recorded heard again."""

from dataclasses import dataclass
from uuid import UUID

from api_service.audio import repository as audio
from api_service.livekit.tokens import account_of
from api_service.microphones import repository
from api_service.microphones.repository import MemberMicrophone
from api_service.runtime import Caller
from api_service.sessions import lifecycle
from api_service.sessions import service as sessions
from api_service.sessions.retranscribing import hear_again
from shared.errors import Forbidden, NotFound


class MemberNotFound(NotFound):
    code, title = "member-not-found", "There is no such member"

    def __init__(self) -> None:
        super().__init__("Nobody with this identity or id is a member of the session")


class NotYourMicrophone(Forbidden):
    code, title = "not-your-microphone", "Only its owner and the session's owner say whether it is shared"

    def __init__(self) -> None:
        super().__init__("Ask the member, or the owner of the session")


@dataclass(frozen=True, slots=True)
class Marked:
    """A microphone as it is now."""

    microphone: MemberMicrophone
    job_id: UUID | None
    """Hears the meeting with it, if there is a recording. None for others than the owner, whose job it is."""


async def in_session(caller: Caller, session_id: UUID) -> list[MemberMicrophone]:
    """Raises SessionNotFound."""
    await sessions.find(caller, session_id)
    return await repository.in_session(caller.connection, session_id, user_id=caller.user.id)


async def mark(caller: Caller, session_id: UUID, participant: str, *, shared: bool) -> Marked:
    """`participant` is an identity in the room, or the id of an account.

    Raises SessionNotFound, MemberNotFound, NotYourMicrophone and TooManyTasks.
    """
    session = await sessions.find(caller, session_id)
    before = await _microphone(caller, session_id, account_of(participant))
    if not await repository.share(caller.connection, session_id, before.user_id, shared=shared):
        raise NotYourMicrophone
    job_id = None
    if before.shared != shared and session.status in lifecycle.OVER:
        files = await audio.whole(caller.connection, session_id, user_id=caller.user.id)
        if any(file.kind == "mix" for file in files):
            is_owner = session.role == "owner"
            # Which version counts is the owner's to say.
            asked = await hear_again(caller, session_id, language=session.language, is_chosen=is_owner)
            job_id = asked if is_owner else None
    return Marked(MemberMicrophone(before.user_id, before.name, shared), job_id)


async def _microphone(caller: Caller, session_id: UUID, account: UUID | None) -> MemberMicrophone:
    members = await repository.in_session(caller.connection, session_id, user_id=caller.user.id)
    for member in members:
        if member.user_id == account:
            return member
    raise MemberNotFound

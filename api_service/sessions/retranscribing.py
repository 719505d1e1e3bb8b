"""Decides whether the recording of a session can be transcribed once more."""

from typing import NoReturn
from uuid import UUID

from api_service.audio import repository as audio
from api_service.runtime import Caller
from api_service.sessions import service
from shared.errors import Conflict, ServiceError


class NoRecording(Conflict):
    code, title = "no-recording", "There is nothing to transcribe again"


class RetranscriptionUnavailable(ServiceError):
    status, code, title = 501, "retranscription-unavailable", "Recordings are not transcribed again"


async def retranscribe(caller: Caller, session_id: UUID) -> NoReturn:
    """Raises SessionNotFound, NotOwner, NoRecording, and RetranscriptionUnavailable: nothing here does it."""
    await service.owned(caller, session_id)
    if not await audio.whole(caller.connection, session_id, user_id=caller.user.id):
        raise NoRecording("This session has no audio file. Upload a recording of it first")
    raise RetranscriptionUnavailable("This version keeps the audio and cannot transcribe it again")

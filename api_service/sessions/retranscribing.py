"""Decides whether the recording of a session can be transcribed once more."""

from typing import NoReturn
from uuid import UUID

from api_service.runtime import Caller
from api_service.sessions import service
from shared.errors import Conflict


class NoRecording(Conflict):
    code, title = "no-recording", "There is nothing to transcribe again"


async def retranscribe(caller: Caller, session_id: UUID) -> NoReturn:
    """Raises SessionNotFound, NotOwner and NoRecording: sessions do not keep their audio."""
    await service.owned(caller, session_id)
    raise NoRecording("This session kept no audio. Upload a recording of it as a session of its own")

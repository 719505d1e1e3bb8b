"""Decides who may name the speakers of a session, and lets followers see the names."""

from uuid import UUID

import structlog

from api_service.auth.verifier import Claims
from api_service.realtime import repository as realtime
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.speakers import repository
from api_service.speakers.repository import Speaker
from api_service.transcripts import repository as transcripts
from api_service.transcripts.service import NotYoursToChange
from shared.contracts.captions import SpeakerRenamed
from shared.errors import NotFound, Unavailable

log = structlog.get_logger()


class SpeakerNotFound(NotFound):
    code, title = "speaker-not-found", "There is no such speaker"

    def __init__(self) -> None:
        super().__init__("Nobody speaks under this name in the session")


async def in_session(caller: Caller, session_id: UUID) -> list[Speaker]:
    """Raises SessionNotFound."""
    await sessions.find(caller, session_id)
    return await repository.in_session(caller.connection, session_id, user_id=caller.user.id)


async def rename(
    runtime: Runtime, claims: Claims, session_id: UUID, *, old: str, new: str, spoken_as: str | None
) -> int:
    """How many segments, of all versions, have the new name now.

    With `spoken_as`, only what recognition called so is renamed. Raises SessionNotFound, NotYoursToChange and
    SpeakerNotFound.
    """
    async with open_caller(runtime, claims) as caller:
        session = await sessions.find(caller, session_id)
        if session.role != "owner":
            raise NotYoursToChange("The owner of the session says who spoke")
        renamed = await repository.rename(
            caller.connection, session_id, old=old, new=new, spoken_as=spoken_as
        )
        if not renamed:
            raise SpeakerNotFound
        versions = await transcripts.versions(caller.connection, session_id, user_id=caller.user.id)
        names = await realtime.speaker_names(caller.connection, session_id)
    live = {version.id for version in versions if version.source == "live"}
    event = SpeakerRenamed(
        old_speaker=old,
        new_speaker=new,
        segment_ids=[each.segment_id for each in renamed if each.transcription_id in live]
        if spoken_as is not None
        else None,
        names=names,
    )
    try:
        await runtime.live.streams.publish(session_id, "speaker", event)
    except Unavailable:
        # What is stored is what counts: followers see the name when they come back.
        log.warning("followers.not_told", session_id=str(session_id), segments=len(renamed))
    return len(renamed)

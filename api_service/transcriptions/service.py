"""Decides which transcripts a caller may bring along, read as wholes and replace."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from api_service.auth.verifier import Claims
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.transcriptions import repository
from api_service.transcriptions.incoming import Incoming, changed, difference, numbered
from api_service.transcripts import repository as transcripts
from api_service.transcripts.repository import Segment, Transcription
from api_service.transcripts.service import NotYoursToChange, TranscriptNotFound, tell_followers
from shared.errors import BadRequest

Whole = tuple[Transcription, list[Segment]]


class EmptyTranscript(BadRequest):
    code, title = "empty-transcript", "There are no words in it"


async def create(
    caller: Caller, session_id: UUID, *, language: str, stt_model: str, incoming: Sequence[Incoming]
) -> Whole:
    """A new version of the transcript of one's own session.

    Raises SessionNotFound, NotYoursToChange and EmptyTranscript.
    """
    segments = numbered(incoming)
    if not segments:
        raise EmptyTranscript("Transcription text cannot be empty")
    await sessions.find(caller, session_id)
    created = await repository.create(
        caller.connection, session_id, language=language, stt_model=stt_model, segments=segments
    )
    if created is None:
        raise NotYoursToChange("The owner of the session brings transcripts along")
    return await find(caller, created)


async def find(caller: Caller, transcription_id: UUID) -> Whole:
    """Raises TranscriptNotFound."""
    version = await _version(caller, transcription_id)
    return version, await transcripts.segments(caller.connection, version.id, user_id=caller.user.id)


async def in_session(caller: Caller, session_id: UUID) -> list[Transcription]:
    """All versions of a session's transcript, newest first. Raises SessionNotFound."""
    await sessions.find(caller, session_id)
    return await transcripts.versions(caller.connection, session_id, user_id=caller.user.id)


async def replace(
    runtime: Runtime, claims: Claims, transcription_id: UUID, incoming: Sequence[Incoming]
) -> Whole:
    """Change a version of one's own into what came; every segment that differs gets a revision.

    Raises TranscriptNotFound, NotYoursToChange and EmptyTranscript.
    """
    if not any(each.text for each in incoming):
        raise EmptyTranscript("Transcription text cannot be empty")
    async with open_caller(runtime, claims) as caller:
        connection, user_id = caller.connection, caller.user.id
        version = await _version(caller, transcription_id)
        if (await sessions.find(caller, version.session_id)).role != "owner":
            raise NotYoursToChange("The owner of the session replaces transcripts")
        before = await transcripts.segments(connection, version.id, user_id=user_id, with_empty=True)
        wanted = await asyncio.to_thread(difference, before, incoming)
        await transcripts.revise(connection, version.id, wanted.changes)
        await repository.add_segments(connection, version.id, wanted.added)
        after = await transcripts.segments(connection, version.id, user_id=user_id, with_empty=True)
        replaced = await _version(caller, transcription_id)
    if version.source == "live":
        news = await asyncio.to_thread(changed, before, after)
        await tell_followers(runtime.live.streams, version, news)
    return replaced, [each for each in after if each.text]


async def _version(caller: Caller, transcription_id: UUID) -> Transcription:
    version = await transcripts.find(caller.connection, transcription_id, user_id=caller.user.id)
    if version is None:
        raise TranscriptNotFound
    return version

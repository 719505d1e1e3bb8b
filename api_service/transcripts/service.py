"""Decides what of a transcript a caller reads, and who may change what."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends

from api_service.auth.verifier import Claims
from api_service.bodies import is_storable
from api_service.livekit.tokens import identity_prefix
from api_service.realtime.stream import CaptionStreams
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.sessions.repository import Session
from api_service.transcripts import repository
from api_service.transcripts.repository import Change, Extent, Revision, Segment, Transcription
from shared.contracts.captions import Caption
from shared.errors import Conflict, Forbidden, NotFound, ServiceError, Unavailable

log = structlog.get_logger()


class TranscriptNotFound(NotFound):
    code, title = "transcript-not-found", "There is no such transcript"

    def __init__(self) -> None:
        super().__init__("You have no transcript with this id")


class SegmentNotFound(NotFound):
    code, title = "segment-not-found", "There is no such segment"

    def __init__(self) -> None:
        super().__init__("The current transcript of this session has no segment with this id")


class RevisionNotFound(NotFound):
    code, title = "revision-not-found", "There is no such revision"

    def __init__(self) -> None:
        super().__init__("This segment never had a revision of this number")


class NotYoursToChange(Forbidden):
    code, title = "not-yours-to-change", "Only its owner changes this"


class TranscriptUnfinished(Conflict):
    code, title = "transcript-unfinished", "This version is not complete"


class SegmentChanged(Conflict):
    code, title = "segment-changed", "Somebody has changed this segment meanwhile"


class TranscriptChanged(Conflict):
    code, title = "transcript-changed", "Another version of the transcript is current"

    def __init__(self) -> None:
        super().__init__("Read the transcript again: ids and revisions of one version say nothing of another")


class SegmentChangedSince(ServiceError):
    """The same for clients that said `If-Match`."""

    status, code, title = 412, "segment-changed", "Somebody has changed this segment meanwhile"


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the current transcript. Without a version nothing was said yet."""

    session: Session
    version: Transcription | None
    segments: list[Segment]
    extent: Extent

    @property
    def changed_at(self) -> datetime:
        """When any of what it shows last changed."""
        version = [self.version.updated_at] if self.version else []
        return max(
            [self.session.created_at, *version, *([self.extent.changed_at] if self.extent.changed_at else [])]
        )


async def _segment_in_path(segment_id: str) -> str:
    if not is_storable(segment_id):
        raise SegmentNotFound
    return segment_id


SegmentId = Annotated[str, Depends(_segment_in_path)]


async def _transcription_in_path(transcription_id: str) -> UUID:
    try:
        return UUID(transcription_id)
    except ValueError:
        raise TranscriptNotFound from None


TranscriptionId = Annotated[UUID, Depends(_transcription_in_path)]
"""For routes with `{transcription_id}` in their path."""
"""For routes with `{segment_id}` in their path."""


async def read(caller: Caller, session_id: UUID, *, limit: int | None, offset: int = 0) -> Page:
    """The current transcript of a session. Raises SessionNotFound."""
    session = await sessions.find(caller, session_id)
    user_id, connection = caller.user.id, caller.connection
    version = await repository.current(connection, session_id, user_id=user_id)
    if version is None:
        return Page(session, None, [], Extent(0, None))
    segments = await repository.segments(connection, version.id, user_id=user_id, limit=limit, offset=offset)
    return Page(session, version, segments, await repository.extent(connection, version.id, user_id=user_id))


async def restore_version(caller: Caller, session_id: UUID, transcription_id: UUID) -> Transcription:
    """The version, which stands for the session from now on.

    Raises SessionNotFound, TranscriptNotFound, NotYoursToChange and TranscriptUnfinished.
    """
    session = await sessions.find(caller, session_id)
    version = await repository.find(caller.connection, transcription_id, user_id=caller.user.id)
    if version is None or version.session_id != session_id:
        raise TranscriptNotFound
    if session.role != "owner":
        raise NotYoursToChange("The owner of the session chooses the version that others read")
    if not await repository.choose(caller.connection, transcription_id):
        raise TranscriptUnfinished("Choose a version whose status is completed")
    return replace(version, is_current=True)


async def versions(caller: Caller, session_id: UUID) -> list[Transcription]:
    """All versions of a session's transcript. Raises SessionNotFound."""
    await sessions.find(caller, session_id)
    return await repository.versions(caller.connection, session_id, user_id=caller.user.id)


async def history(caller: Caller, session_id: UUID, segment_id: str) -> tuple[Segment, list[Revision]]:
    """A segment and what it was before. Raises SessionNotFound and SegmentNotFound."""
    _, _, segment = await _find(caller, session_id, segment_id)
    return segment, await repository.history(caller.connection, segment.id, user_id=caller.user.id)


async def edit(
    runtime: Runtime, claims: Claims, session_id: UUID, change: Change, *, read_in: UUID | None
) -> Segment:
    """The segment as it is after the change. Owners change all, participants the words they spoke themselves.

    `read_in` is the version that the change was made from, if that matters. Raises SessionNotFound,
    SegmentNotFound, NotYoursToChange, TranscriptChanged and SegmentChanged.
    """
    async with open_caller(runtime, claims) as caller:
        session, version, segment = await _find(caller, session_id, change.segment_id, read_in=read_in)
        edited = await _change(caller, session, version, segment, change)
    await tell_followers(runtime.live.streams, version, [edited] if edited != segment else [])
    return edited


async def restore(
    runtime: Runtime,
    claims: Claims,
    session_id: UUID,
    segment_id: str,
    *,
    wanted: int,
    read_in: UUID | None,
) -> Segment:
    """Make a segment again what it was in a revision, which makes a new one.

    Raises as `edit`, and RevisionNotFound.
    """
    async with open_caller(runtime, claims) as caller:
        session, version, segment = await _find(caller, session_id, segment_id, read_in=read_in)
        if wanted == segment.revision:
            return segment
        known = await repository.history(caller.connection, segment.id, user_id=caller.user.id)
        past = next((each for each in known if each.revision == wanted), None)
        if past is None:
            raise RevisionNotFound
        change = Change(segment_id, segment.revision, past.speaker, past.text, past.start_time, past.end_time)
        restored = await _change(caller, session, version, segment, change)
    await tell_followers(runtime.live.streams, version, [restored] if restored != segment else [])
    return restored


async def tell_followers(streams: CaptionStreams, version: Transcription, changed: list[Segment]) -> None:
    """Let those who follow the session live see what people have changed, once that is committed.

    While Redis is away they are not told, and see it when they come back: what is stored is what counts.
    """
    if version.source != "live" or not changed:
        return
    try:
        await streams.publish(version.session_id, "caption", *(_caption(version, each) for each in changed))
    except Unavailable:
        log.warning("followers.not_told", session_id=str(version.session_id), segments=len(changed))


async def _find(
    caller: Caller, session_id: UUID, segment_id: str, *, read_in: UUID | None = None
) -> tuple[Session, Transcription, Segment]:
    session = await sessions.find(caller, session_id)
    version = await repository.current(caller.connection, session_id, user_id=caller.user.id)
    if read_in not in (None, version and version.id):
        raise TranscriptChanged
    if version is None:
        raise SegmentNotFound
    segment = await repository.segment(caller.connection, version.id, segment_id, user_id=caller.user.id)
    if segment is None:
        raise SegmentNotFound
    return session, version, segment


async def _change(
    caller: Caller, session: Session, version: Transcription, segment: Segment, change: Change
) -> Segment:
    if session.role != "owner":
        if not _spoken_by(caller, segment):
            raise NotYoursToChange("Participants change the words that they spoke themselves")
        if change.speaker not in {None, segment.speaker}:
            raise NotYoursToChange("The owner of the session says who spoke")
    expected = replace(change, revision=segment.revision if change.revision is None else change.revision)
    if not await repository.revise(caller.connection, version.id, [expected]):
        raise SegmentChanged("Read it again, and change what it is now")
    edited = await repository.segment(
        caller.connection, version.id, segment.segment_id, user_id=caller.user.id
    )
    assert edited is not None  # noqa: S101 - it was changed in this transaction
    return edited


def _spoken_by(caller: Caller, segment: Segment) -> bool:
    return (segment.participant_identity or "").startswith(identity_prefix(caller.user.id))


def _caption(version: Transcription, segment: Segment) -> Caption:
    return Caption(
        session_id=version.session_id,
        segment_id=segment.segment_id,
        revision=segment.revision,
        final=True,
        text=segment.text,
        start=segment.start_time,
        end=segment.end_time,
        language=segment.language,
        confidence=segment.confidence_score,
        participant_identity=segment.participant_identity or "",
        participant_name=segment.speaker,
        track_sid=segment.track_sid or "",
    )

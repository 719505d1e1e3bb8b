"""`/api/v1/sessions/{session_id}/transcript`: what was said, and what people make of it."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response

from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime
from api_service.sessions.service import SessionId, SessionNotFound
from api_service.transcripts import service
from api_service.transcripts.repository import Change, Segment
from api_service.transcripts.schemas import (
    HistoryResponse,
    SegmentChange,
    SegmentRestore,
    TranscriptResponse,
    TranscriptSegment,
    VersionResponse,
)
from api_service.transcripts.service import (
    NotYoursToChange,
    RevisionNotFound,
    SegmentChanged,
    SegmentChangedSince,
    SegmentId,
    SegmentNotFound,
    TranscriptChanged,
    TranscriptionId,
    TranscriptNotFound,
    TranscriptUnfinished,
)
from shared.errors import BadRequest, Unauthenticated, UnsupportedMedia
from shared.problems import documented

_MOST = 5000
_ENTITY_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')

router = APIRouter(
    prefix="/api/v1/sessions/{session_id}",
    tags=["transcripts"],
    responses=documented(Unauthenticated, SessionNotFound),
)


@router.get("/transcript")
async def read_transcript(
    session_id: SessionId,
    caller: CurrentCaller,
    format: Annotated[Literal["segments", "text"], Query()] = "segments",  # noqa: A002 - it is the parameter's name
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 1000,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> TranscriptResponse:
    """What is stored of the session's current transcript; `/realtime` also has what is not stored yet."""
    page = await service.read(caller, session_id, limit=limit, offset=offset)
    return TranscriptResponse.of(page, offset=offset, as_text=format == "text")


@router.patch(
    "/transcript/segments/{segment_id}",
    dependencies=[JsonBody],
    responses=documented(
        BadRequest,
        NotYoursToChange,
        SegmentNotFound,
        SegmentChanged,
        SegmentChangedSince,
        TranscriptChanged,
        UnsupportedMedia,
    ),
)
async def edit_segment(
    session_id: SessionId,
    segment_id: SegmentId,
    change: SegmentChange,
    runtime: CurrentRuntime,
    claims: CurrentClaims,
    response: Response,
    if_match: Annotated[str | None, Header(description="The revision that is to be changed")] = None,
) -> TranscriptSegment:
    """Correct what was said or who said it. What people have changed, no later recognition changes back.

    The owner of a session changes everything, participants the text of what they said themselves.
    """
    given = _revision(if_match)
    wanted = Change(segment_id, change.revision if given is None else given, change.speaker, change.text)
    try:
        edited = await service.edit(runtime, claims, session_id, wanted, read_in=change.transcription_id)
    except SegmentChanged as conflict:
        if given is None:
            raise
        raise SegmentChangedSince(conflict.detail) from conflict
    return _tagged(edited, response)


@router.get("/transcript/segments/{segment_id}/history", responses=documented(SegmentNotFound))
async def read_history(
    session_id: SessionId, segment_id: SegmentId, caller: CurrentCaller
) -> HistoryResponse:
    """Everything that a segment has been, and who made it so."""
    segment, past = await service.history(caller, session_id, segment_id)
    return HistoryResponse.of(session_id, segment, past)


@router.post(
    "/transcript/segments/{segment_id}/restore",
    dependencies=[JsonBody],
    responses=documented(
        NotYoursToChange,
        RevisionNotFound,
        SegmentNotFound,
        SegmentChanged,
        TranscriptChanged,
        UnsupportedMedia,
    ),
)
async def restore_segment(
    session_id: SessionId,
    segment_id: SegmentId,
    wanted: SegmentRestore,
    runtime: CurrentRuntime,
    claims: CurrentClaims,
    response: Response,
) -> TranscriptSegment:
    """Make a segment again what it was. Nothing is undone by that: it is a new revision."""
    restored = await service.restore(
        runtime,
        claims,
        session_id,
        segment_id,
        wanted=wanted.revision,
        read_in=wanted.transcription_id,
    )
    return _tagged(restored, response)


@router.get("/transcriptions")
async def list_versions(session_id: SessionId, caller: CurrentCaller) -> list[VersionResponse]:
    """All versions of the session's transcript, newest first."""
    return [VersionResponse.of(each) for each in await service.versions(caller, session_id)]


@router.post(
    "/transcriptions/{transcription_id}/restore",
    responses=documented(NotYoursToChange, TranscriptNotFound, TranscriptUnfinished),
)
async def restore_version(
    session_id: SessionId, transcription_id: TranscriptionId, caller: CurrentCaller
) -> VersionResponse:
    """Let this version be the session's transcript. The one that was it stays, and can come back."""
    return VersionResponse.of(await service.restore_version(caller, session_id, transcription_id))


def _tagged(segment: Segment, response: Response) -> TranscriptSegment:
    response.headers["etag"] = f'"{segment.revision}"'
    return TranscriptSegment.of(segment)


def _revision(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    match = _ENTITY_TAG.fullmatch(if_match.strip())
    if match is None:
        raise BadRequest('If-Match has to be one entity tag, as "1000001"')
    return int(match[1])

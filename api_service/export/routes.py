"""`/api/v1/sessions/{session_id}/export`."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api_service.export import service
from api_service.export.meeting import Choices
from api_service.export.service import MEDIA_TYPES, Format
from api_service.runtime import CurrentClaims, CurrentRuntime
from api_service.sessions.service import SessionId, SessionNotFound
from api_service.transcripts.schemas import TranscriptResponse
from shared.errors import Unauthenticated
from shared.problems import Responses, documented

router = APIRouter(prefix="/api/v1/sessions/{session_id}", tags=["transcripts"])

_SCHEMAS = {"application/json": {"$ref": f"#/components/schemas/{TranscriptResponse.__name__}"}}
_KINDS = [each.partition(";")[0] for each in MEDIA_TYPES.values()]
_FILES: Responses = {
    200: {
        "description": "A file to be saved under the session's title",
        "content": {each: {"schema": _SCHEMAS.get(each, {"type": "string"})} for each in _KINDS},
    }
}


@router.get(
    "/export", response_class=Response, responses=_FILES | documented(Unauthenticated, SessionNotFound)
)
async def export(
    session_id: SessionId,
    runtime: CurrentRuntime,
    claims: CurrentClaims,
    format: Annotated[Format, Query()],  # noqa: A002 - it is the parameter's name
    speakers: Annotated[bool, Query(description="Name who speaks")] = True,
    timestamps: Annotated[bool, Query(description="Say when, in txt, md and docx")] = True,
) -> Response:
    """The current transcript as a file: of a live session, what is stored so far; in `json`, everything."""
    file = await service.export(runtime, claims, session_id, format, Choices(speakers, timestamps))
    headers = {"content-disposition": file.disposition}
    return Response(file.content, media_type=file.media_type, headers=headers)

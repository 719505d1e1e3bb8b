"""`/api/v1/audio`, as clients of the original call it; unlike there, every route wants to know who asks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api_service.audio import legacy_service, service
from api_service.audio.forms import UploadForm
from api_service.audio.repository import AudioFile
from api_service.audio.routes import public_url
from api_service.audio.schemas import (
    LegacyCache,
    LegacyCurrent,
    LegacyCurrentSet,
    LegacyFile,
    LegacyProcess,
    LegacySession,
)
from api_service.audio.store import TooManyUploads
from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime, Runtime
from api_service.sessions.service import NotOwner, SessionNotFound, session_named
from shared.decoding import DecoderBusy
from shared.errors import BadRequest, TooLarge, Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented
from shared.storage import StorageBusy, StorageFailed

UPLOAD_PATH = "/api/v1/audio/upload"

router = APIRouter(prefix="/api/v1/audio", tags=["audio"], responses=documented(Unauthenticated, Unavailable))


@router.post(
    "/upload",
    responses=documented(
        *(BadRequest, SessionNotFound, NotOwner, service.UploadStalled, TooLarge),
        *(UnsupportedMedia, service.NotAudio, DecoderBusy, TooManyUploads, StorageBusy, StorageFailed),
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            "session_id": {"type": "string"},
                        },
                    }
                }
            },
        }
    },
)
async def upload(
    runtime: CurrentRuntime,
    claims: CurrentClaims,
    request: Request,
    session_id: Annotated[str | None, Query(description="Unless the form names it")] = None,
) -> LegacyFile:
    """Store a file in a session: the form's `session_id`, the address's, or the current one."""
    named = session_named(session_id) if session_id else None
    file = await legacy_service.add(runtime, claims, UploadForm(request), named)
    return _answer(runtime, request, file, message="Audio file uploaded successfully")


@router.post(
    "/process",
    dependencies=[JsonBody],
    responses=documented(SessionNotFound, service.AudioFileNotFound, UnsupportedMedia),
)
async def process(
    asked: LegacyProcess, runtime: CurrentRuntime, caller: CurrentCaller, request: Request
) -> LegacyFile:
    """The newest file of a session, where it has one."""
    file = await legacy_service.newest(
        caller, session_named(asked.session_id), audio_format=asked.audio_format
    )
    return _answer(runtime, request, file, message="Audio file is ready")


@router.post("/session/set", dependencies=[JsonBody], responses=documented(SessionNotFound, UnsupportedMedia))
async def choose_session(
    chosen: LegacySession, runtime: CurrentRuntime, caller: CurrentCaller
) -> LegacyCurrentSet:
    """Say which session one's next uploads belong to."""
    session_id = session_named(chosen.session_id)
    await legacy_service.choose(runtime, caller, session_id)
    return LegacyCurrentSet(
        message="Current session set successfully", session_id=session_id, status="active"
    )


@router.get("/session/current")
async def current_session(runtime: CurrentRuntime, caller: CurrentCaller) -> LegacyCurrent:
    """Which session that is."""
    session_id: UUID | None = await legacy_service.chosen(runtime, caller)
    return LegacyCurrent(session_id=session_id, status="active" if session_id else "none")


@router.get("/cache/status")
async def cache_status(runtime: CurrentRuntime, caller: CurrentCaller) -> LegacyCache:
    """What live captions of one's own sessions take in memory."""
    cached = await legacy_service.cached(runtime, caller)
    return LegacyCache(
        total_sessions=len(cached.bytes_by_session),
        cache_size_mb=round(sum(cached.bytes_by_session.values()) / 1_000_000, 6),
        active_sessions=cached.recording,
        oldest_session=cached.oldest,
        cache_memory_usage={str(session): size for session, size in cached.bytes_by_session.items()},
    )


def _answer(runtime: Runtime, request: Request, file: AudioFile, *, message: str) -> LegacyFile:
    link = runtime.audio.links.to_play(file.id, base_url=public_url(runtime, request))
    return LegacyFile(message=message, file_id=file.id, file_url=link, session_id=file.session_id)

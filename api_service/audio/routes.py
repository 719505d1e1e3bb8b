"""`/api/v1/sessions/{session_id}/audio_files`, which is served as `audio-files`, too."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api_service.audio import service
from api_service.audio.repository import AudioFile
from api_service.audio.schemas import AudioFileResponse, Deleted, UploadCreate, UploadTicket
from api_service.bodies import JsonBody
from api_service.runtime import CurrentCaller, CurrentClaims, CurrentRuntime, Runtime, open_caller
from api_service.sessions.service import NotOwner, SessionId, SessionNotFound
from shared.decoding import DecoderBusy
from shared.errors import TooLarge, Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented
from shared.storage import ObjectChanged, StorageBusy, StorageFailed

_PREFIX = "/api/v1/sessions/{session_id}"

_files = APIRouter(tags=["audio"], responses=documented(Unauthenticated, SessionNotFound))


@_files.get("")
@_files.get("/", include_in_schema=False)
async def list_audio_files(
    session_id: SessionId, caller: CurrentCaller, runtime: CurrentRuntime, request: Request
) -> list[AudioFileResponse]:
    """The whole files of a session, newest first."""
    files = await service.whole_files(caller, session_id)
    return [_response(runtime, request, file) for file in files]


@_files.post(
    "/uploads",
    status_code=201,
    dependencies=[JsonBody],
    responses=documented(NotOwner, TooLarge, UnsupportedMedia, StorageFailed),
)
async def begin_upload(
    session_id: SessionId,
    new: UploadCreate,
    runtime: CurrentRuntime,
    claims: CurrentClaims,
    request: Request,
    response: Response,
) -> UploadTicket:
    """Announce a file, and learn where its content goes."""
    async with open_caller(runtime, claims) as caller:
        file_id = await service.announce(
            runtime, caller, session_id, filename=new.filename, size_bytes=new.size_bytes, sha256=new.sha256
        )
    base_url = public_url(runtime, request)
    ticket = await service.ticket(runtime, file_id, base_url=base_url)
    location = f"{_PREFIX.format(session_id=session_id)}/audio_files/{file_id}"
    response.headers["location"] = location
    return UploadTicket(
        id=file_id,
        file_id=file_id,
        session_id=session_id,
        upload_url=ticket.url,
        headers={"content-type": "application/octet-stream"},
        expires_at=ticket.expires_at,
        complete_url=f"{base_url}{location}/complete",
    )


@_files.post(
    "/{file_id}/complete",
    responses=documented(
        NotOwner,
        service.AudioFileNotFound,
        service.UploadMissing,
        service.UploadClosed,
        ObjectChanged,
        service.NotAudio,
        service.UploadMismatch,
        DecoderBusy,
        StorageBusy,
        StorageFailed,
    ),
)
async def complete_upload(
    session_id: SessionId, file_id: UUID, runtime: CurrentRuntime, claims: CurrentClaims, request: Request
) -> AudioFileResponse:
    """Have the content looked at and kept. Doing it again changes nothing."""
    return _response(runtime, request, await service.complete(runtime, claims, session_id, file_id))


@_files.get("/{file_id}", responses=documented(service.AudioFileNotFound))
async def read_audio_file(
    session_id: SessionId, file_id: UUID, caller: CurrentCaller, runtime: CurrentRuntime, request: Request
) -> AudioFileResponse:
    """One whole file of a session."""
    return _response(runtime, request, await service.whole_file(caller, session_id, file_id))


@_files.delete("/{file_id}", responses=documented(NotOwner, service.AudioFileNotFound))
async def delete_audio_file(session_id: SessionId, file_id: UUID, caller: CurrentCaller) -> Deleted:
    """Remove a file; links to it open nothing from now on."""
    await service.delete(caller, session_id, file_id)
    return Deleted(message="Audio file deleted successfully", file_id=file_id)


def public_url(runtime: Runtime, request: Request) -> str:
    """Where clients reach us, without a closing slash."""
    return (runtime.settings.public_url or str(request.base_url)).rstrip("/")


def _response(runtime: Runtime, request: Request, file: AudioFile) -> AudioFileResponse:
    link = runtime.audio.links.to_play(file.id, base_url=public_url(runtime, request))
    return AudioFileResponse.of(file, public_url=link)


router = APIRouter(responses=documented(Unavailable))
router.include_router(_files, prefix=f"{_PREFIX}/audio_files")
router.include_router(_files, prefix=f"{_PREFIX}/audio-files", include_in_schema=False)

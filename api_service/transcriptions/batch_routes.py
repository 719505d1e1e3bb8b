"""`POST /api/v1/transcriptions/batch`: recordings that are sent to be transcribed."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from api_service.audio.forms import UploadForm
from api_service.audio.service import AudioFileNotFound, NotAudio, UploadStalled
from api_service.audio.store import TooManyUploads
from api_service.jobs.repository import TooManyTasks
from api_service.runtime import CurrentClaims, CurrentRuntime
from api_service.sessions.service import NotOwner, SessionNotFound, session_named
from api_service.transcribing.channels import TooManyChannels
from api_service.transcriptions import batch
from api_service.transcriptions.batch_schemas import BatchRequest, BatchResponse
from shared.decoding import DecoderBusy
from shared.errors import BadRequest, TooLarge, Unauthenticated, Unavailable, UnsupportedMedia
from shared.problems import documented
from shared.storage import StorageBusy, StorageFailed

BATCH_PATH = "/api/v1/transcriptions/batch"
router = APIRouter(tags=["transcripts"], responses=documented(Unauthenticated, Unavailable))
_FORM = {
    "requestBody": {
        "required": False,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["audio_file"],
                    "properties": {
                        "audio_file": {"type": "string", "format": "binary"},
                        "title": {"type": "string"},
                        "language": {"type": "string"},
                        "diarize": {"type": "boolean"},
                        "num_speakers": {"type": "integer"},
                        "min_speakers": {"type": "integer"},
                        "max_speakers": {"type": "integer"},
                        "channels_as_speakers": {"type": "boolean"},
                        "priority": {"type": "string", "enum": ["normal", "low"]},
                        "force": {"type": "boolean"},
                    },
                }
            }
        },
    }
}


@router.post(
    BATCH_PATH,
    responses=documented(
        *(BadRequest, UploadStalled, TooLarge, batch.RecordingTooLong, TooManyChannels, UnsupportedMedia),
        *(NotAudio, DecoderBusy, TooManyUploads, StorageBusy, StorageFailed),
        *(SessionNotFound, NotOwner, AudioFileNotFound, TooManyTasks),
    )
    | {
        202: {
            "model": BatchResponse,
            "description": "It is being transcribed; `Location` tells how far it is",
        }
    },
    openapi_extra=_FORM,
)
async def transcribe_recording(
    runtime: CurrentRuntime,
    claims: CurrentClaims,
    request: Request,
    response: Response,
    asked: Annotated[BatchRequest, Query()],
    prefer: Annotated[str | None, Header(description="`respond-async` waits for nothing (RFC 7240)")] = None,
) -> BatchResponse:
    """Send a recording of any kind. A short one is answered with what came of it, a long one with its task.

    The same recording, asked for in the same way, is transcribed once; `force` does it again. A file that was
    uploaded to a session before is named instead of being sent.
    """
    if asked.session_id is None or asked.audio_file_id is None:
        queued = await batch.receive(runtime, claims, UploadForm(request), asked)
    else:
        session_id = session_named(asked.session_id)
        queued = await batch.receive_uploaded(runtime, claims, session_id, asked.audio_file_id, asked)
    waits = batch.is_worth_waiting(queued) and "respond-async" not in (prefer or "")
    wait = runtime.settings.batch_wait_seconds if waits else 0.0
    job = await batch.outcome(runtime, claims, queued.job_id, within_seconds=wait)
    answer = BatchResponse.of(job, known=queued.known, is_too_long=queued.is_too_long)
    if answer.status == "processing":
        response.status_code = 202
        response.headers["location"] = answer.poll_url
    return answer

"""`/v1/audio/transcriptions` and `/v1/models` as OpenAI's clients expect them."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel

from shared.contracts.stt import TranscribeResponse
from shared.problems import self_contained
from shared.serving import while_connected
from stt_service.bodies import decode_file
from stt_service.openai import formats
from stt_service.openai.catalogue import find_model, loaded_model
from stt_service.openai.errors import PREFIX, InvalidParameter
from stt_service.openai.forms import MULTIPART_MEDIA_TYPE, Upload, read_upload
from stt_service.openai.schemas import (
    Failure,
    ModelCard,
    ModelList,
    Transcription,
    TranscriptionForm,
    VerboseTranscription,
)
from stt_service.runtime import Runtime, WithRuntime

MODEL_HEADER = "openai-model"
"""Names the engine that answered, whatever the request called it."""

_FAILURES: dict[int | str, dict[str, object]] = {
    "4XX": {"model": Failure, "description": "The request cannot be served as it is"},
    "5XX": {"model": Failure, "description": "Trying again later may help"},
}

router = APIRouter(prefix=PREFIX, tags=["OpenAI"], responses=_FAILURES)


def _form_schema() -> dict[str, object]:
    schema = self_contained(TranscriptionForm)
    properties = schema["properties"]
    assert isinstance(properties, dict)  # noqa: S101 - of every model
    schema["properties"] = {"file": {"type": "string", "format": "binary"}, **properties}
    schema["required"] = ["file", "model"]
    return schema


_BODY = {"required": True, "content": {MULTIPART_MEDIA_TYPE: {"schema": _form_schema()}}}
_TEXT = {"schema": {"type": "string"}}
_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {
        "model": Transcription | VerboseTranscription,
        "content": {"text/plain": _TEXT, "text/event-stream": _TEXT},
    }
}


@router.post("/audio/transcriptions", openapi_extra={"requestBody": _BODY}, responses=_ANSWERS)
async def create_transcription(request: Request, runtime: WithRuntime) -> Response:
    """Words in a file, in one of OpenAI's formats."""
    upload = await read_upload(request)
    engine = find_model(runtime, upload.form.model).id
    heard = await while_connected(request, _heard(runtime, upload))
    if upload.wants_words and heard.words is None and heard.segments:
        raise InvalidParameter("timestamp_granularities[]", f"{engine} does not know the times of words")
    response = _answer(heard, upload.form)
    response.headers[MODEL_HEADER] = engine
    return response


@router.get("/models")
async def models(runtime: WithRuntime) -> ModelList:
    """The one model that is loaded."""
    return ModelList(data=[loaded_model(runtime)])


@router.get("/models/{name:path}")
async def model(runtime: WithRuntime, name: str) -> ModelCard:
    """The loaded model, also by the names that OpenAI gives to its own."""
    return find_model(runtime, name)


async def _heard(runtime: Runtime, upload: Upload) -> TranscribeResponse:
    audio = await decode_file(upload.file, runtime.decoder, runtime.settings.max_audio_seconds)
    return await runtime.recogniser.transcribe(
        audio,
        language=upload.form.language,
        priority="final",
        hints=upload.hints,
        want_words=upload.wants_words,
    )


def _answer(heard: TranscribeResponse, form: TranscriptionForm) -> Response:
    if form.stream:
        return StreamingResponse(formats.events(heard), media_type="text/event-stream")
    match form.response_format:
        case "text":
            return PlainTextResponse(f"{heard.text}\n")
        case "srt":
            return PlainTextResponse(formats.srt(heard.segments))
        case "vtt":
            return PlainTextResponse(formats.vtt(heard.segments))
        case "verbose_json":
            return _json(formats.verbose(heard, form.timestamp_granularities))
        case _:
            return _json(formats.plain(heard))


def _json(body: BaseModel) -> Response:
    return Response(body.model_dump_json(exclude_none=True), media_type="application/json")

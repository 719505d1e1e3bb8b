"""`/v1/audio/transcriptions` and `/v1/models` as OpenAI's clients expect them."""

import asyncio
from contextlib import ExitStack

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from shared.audio import Pcm
from shared.bodies import decode_file, receiving
from shared.clients.diarization import DiarizationClient
from shared.contracts.stt import TranscribeResponse
from shared.problems import self_contained
from shared.serving import while_connected
from stt_service.engine import Speech
from stt_service.openai import formats, streams
from stt_service.openai.catalogue import find_model, loaded_model
from stt_service.openai.errors import PREFIX
from stt_service.openai.forms import MULTIPART_MEDIA_TYPE, Offer, Upload, read_upload
from stt_service.openai.schemas import (
    DiarizedTranscription,
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
        "model": Transcription | VerboseTranscription | DiarizedTranscription,
        "content": {"text/plain": _TEXT, streams.MEDIA_TYPE: _TEXT},
    }
}


@router.post("/audio/transcriptions", openapi_extra={"requestBody": _BODY}, responses=_ANSWERS)
async def create_transcription(request: Request, runtime: WithRuntime) -> Response:
    """Words in a file, in one of OpenAI's formats.

    A stream begins with the first piece that is heard; what fails later ends it with an event `error`.
    """
    engine = runtime.loaded.engine
    offer = Offer(engine.name, words=engine.has_words, speakers=bool(runtime.diarization))
    with ExitStack() as held:
        held.enter_context(runtime.places.taken(request, "final"))
        async with receiving(within_seconds=runtime.settings.body_timeout_seconds):
            upload = await read_upload(request, offer)
        find_model(runtime, upload.form.model)
        response = await while_connected(request, _answer(runtime, upload))
        if isinstance(response, streams.Events):
            response.hold(held.pop_all())
    response.headers[MODEL_HEADER] = engine.name
    return response


@router.get("/models")
async def models(runtime: WithRuntime) -> ModelList:
    """The one model that is loaded."""
    return ModelList(data=[loaded_model(runtime)])


@router.get("/models/{name:path}")
async def model(runtime: WithRuntime, name: str) -> ModelCard:
    """The loaded model, also by the names that OpenAI gives to its own."""
    return find_model(runtime, name)


async def _answer(runtime: Runtime, upload: Upload) -> Response:
    audio = await decode_file(upload.file, runtime.decoder, max_seconds=runtime.settings.max_audio_seconds)
    match upload.form.response_format:
        case "diarized_json" if runtime.diarization:
            told_apart = await _told_apart(runtime, runtime.diarization, upload, audio)
            return (
                streams.Events(streams.by_speakers(told_apart)) if upload.form.stream else _json(told_apart)
            )
        case _ if upload.form.stream:
            speech = Speech(audio, upload.form.language, upload.hints, upload.form.temperature)
            pieces = runtime.recogniser.pieces(speech, priority="final")
            # Nothing is sent before, so that a full queue is a response of its own.
            return streams.Events(streams.as_heard(await anext(pieces), pieces))
        case _:
            return _formatted(await _heard(runtime, upload, audio), upload.form)


async def _told_apart(
    runtime: Runtime, diarization: DiarizationClient, upload: Upload, audio: Pcm
) -> DiarizedTranscription:
    """Raises what either service raises; the other one is then no longer waited for."""
    try:
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(_heard(runtime, upload, audio))
            turns = group.create_task(diarization.diarize(audio))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return formats.diarized(hearing.result(), turns.result())


async def _heard(runtime: Runtime, upload: Upload, audio: Pcm) -> TranscribeResponse:
    return await runtime.recogniser.transcribe(
        audio,
        language=upload.form.language,
        priority="final",
        hints=upload.hints,
        temperature=upload.form.temperature,
        want_words=upload.want_words,
    )


def _formatted(heard: TranscribeResponse, form: TranscriptionForm) -> Response:
    match form.response_format:
        case "text":
            return PlainTextResponse(f"{heard.text}\n")
        case "srt":
            return PlainTextResponse(formats.srt(heard))
        case "vtt":
            return PlainTextResponse(formats.vtt(heard))
        case "verbose_json":
            return _json(formats.verbose(heard, form.timestamp_granularities))
        case _:
            return _json(formats.plain(heard))


def _json(body: BaseModel) -> Response:
    return Response(body.model_dump_json(exclude_none=True), media_type="application/json")

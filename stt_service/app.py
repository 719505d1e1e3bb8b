"""The speech service over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated

import structlog
from fastapi import APIRouter, FastAPI, Query, Request, Response

from shared.bodies import FILE_MEDIA_TYPES, JSON_MEDIA_TYPE, WAV_MEDIA_TYPES, BodyTooSlow
from shared.clients.diarization import DiarizationClient
from shared.clients.http import inference_http
from shared.contracts.stt import PCM_MEDIA_TYPE, TRANSCRIBE_PATH, Priority, TranscribeResponse
from shared.decoding import AudioTooLong, Decoder, DecoderBusy, UndecodableAudio
from shared.errors import BadRequest, InvalidRequest, TooLarge, Unavailable, UnsupportedMedia
from shared.inference import EngineBusy, InferenceWorker
from shared.problems import documented, self_contained
from shared.serving import install, while_connected
from stt_service import schemas
from stt_service.bodies import Heard, read_batch, read_body, receive
from stt_service.engine import Loaded, load_engine
from stt_service.openai import realtime
from stt_service.openai import routes as openai
from stt_service.openai.errors import OpenAiErrors
from stt_service.places import Places
from stt_service.recognition import Recogniser
from stt_service.runtime import Runtime, WithRuntime
from stt_service.settings import SttSettings
from stt_service.streaming import routes as streaming
from stt_service.streaming.admission import Streams
from stt_service.streaming.hearing import FollowVoice, load_vad

log = structlog.get_logger()

NAME, VERSION = "Intrascribe STT Service", "1.0.0"
BATCH_PATH = "/batch-transcribe"


def create_app(
    settings: SttSettings,
    *,
    load: Callable[[SttSettings], Loaded] = load_engine,
    load_vad: Callable[[SttSettings], FollowVoice] = load_vad,
) -> FastAPI:
    """The app; entering its lifespan loads the model, so that whoever can connect is served."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Runtime]]:
        async with _open(settings, load, load_vad) as runtime:
            yield {"runtime": runtime}

    app = FastAPI(title=NAME, version=VERSION, lifespan=lifespan)
    app.include_router(router)
    app.include_router(openai.router)
    app.include_router(realtime.router)
    app.include_router(streaming.router)
    install(app, service="stt", max_body_bytes=settings.max_body_bytes)
    app.add_middleware(OpenAiErrors)
    return app


@asynccontextmanager
async def _open(
    settings: SttSettings,
    load: Callable[[SttSettings], Loaded],
    load_vad: Callable[[SttSettings], FollowVoice],
) -> AsyncIterator[Runtime]:
    clock = asyncio.get_running_loop().time
    worker = InferenceWorker(
        name="stt", max_waiting=settings.max_waiting, batch_timeout_ms=settings.batch_timeout_ms
    )
    try:
        # Whose body was taken is not refused for the sake of decoding it.
        places = settings.max_waiting + 1
        async with Decoder(max_seconds=settings.max_audio_seconds, max_waiting=places) as decoder:
            began = clock()
            loaded = await worker.run(load, settings)
            seconds = round(clock() - began, 3)
            log.info(
                "engine.loaded",
                engine=loaded.kind,
                model=loaded.engine.name,
                seconds=seconds,
                reason=loaded.reason,
            )
            recogniser = Recogniser(loaded.engine, worker, max_batch_size=settings.max_batch_size)
            follow_voice = await asyncio.to_thread(load_vad, settings)
            streams = Streams(places=settings.max_streams, origins=settings.origins)
            async with _diarization(settings) as diarization:
                yield Runtime(
                    settings,
                    decoder,
                    loaded,
                    seconds,
                    recogniser,
                    Places(settings, recogniser),
                    follow_voice,
                    streams,
                    diarization,
                    started=clock(),
                )
    finally:
        worker.close()


@asynccontextmanager
async def _diarization(settings: SttSettings) -> AsyncIterator[DiarizationClient | None]:
    if not settings.diarization_url:
        yield None
        return
    seconds = settings.diarization_timeout_seconds
    async with inference_http(
        settings.diarization_url, read_seconds=seconds, connections=settings.max_waiting
    ) as http:
        yield DiarizationClient(http)


router = APIRouter()
_FAILURES = documented(
    *(BadRequest, UndecodableAudio, AudioTooLong, TooLarge, UnsupportedMedia, InvalidRequest),
    *(EngineBusy, DecoderBusy, Unavailable, BodyTooSlow),
)

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODIES = {
    JSON_MEDIA_TYPE: {"schema": self_contained(schemas.JsonRequest)},
    **dict.fromkeys((f"{PCM_MEDIA_TYPE};rate=16000", *WAV_MEDIA_TYPES, "audio/*", "video/*"), _BINARY),
    **dict.fromkeys(FILE_MEDIA_TYPES, _BINARY),
}
_BATCH_BODY = {JSON_MEDIA_TYPE: {"schema": {"type": "array", "items": self_contained(schemas.JsonRequest)}}}


@router.post(
    TRANSCRIBE_PATH,
    openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
    responses=_FAILURES,
    response_model=TranscribeResponse,
)
async def transcribe(
    request: Request,
    runtime: WithRuntime,
    language: Annotated[schemas.Language | None, Query()] = None,
    priority: Annotated[Priority, Query()] = "final",
    words: Annotated[bool, Query(description="Also the place of each word, if the engine knows")] = False,
) -> Response:
    """Words in a piece of audio. Which languages the engine understands is said by `GET /info`."""

    async def heard() -> TranscribeResponse:
        body = await read_body(request, runtime.decoder, runtime.settings)
        return await runtime.recogniser.transcribe(
            body.audio, language=language or body.language, priority=priority, want_words=words
        )

    with runtime.places.taken(request, priority):
        await receive(request, runtime.settings)
        answer = await while_connected(request, heard())
    # It is valid already, and would be checked once more.
    return Response(answer.model_dump_json(), media_type=JSON_MEDIA_TYPE)


@router.post(
    BATCH_PATH,
    openapi_extra={"requestBody": {"required": True, "content": _BATCH_BODY}},
    responses=_FAILURES,
)
async def batch_transcribe(request: Request, runtime: WithRuntime) -> list[TranscribeResponse]:
    """Words in several pieces of audio, in their order; one that cannot be taken refuses all."""
    with runtime.places.taken(request, "final"):
        batch = await read_batch(request, runtime.settings, max_items=runtime.batch_limit)
        return await while_connected(request, _all(runtime.recogniser, batch))


async def _all(recogniser: Recogniser, batch: list[Heard]) -> list[TranscribeResponse]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    recogniser.transcribe(heard.audio, language=heard.language, priority="final")
                )
                for heard in batch
            ]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


@router.get("/health")
async def health(runtime: WithRuntime) -> schemas.Health:
    """Answered as soon as the model is loaded, because nothing is served before."""
    return schemas.Health(
        service_name=NAME,
        status="healthy",
        version=VERSION,
        uptime_seconds=runtime.uptime_seconds,
        details=schemas.HealthDetails(
            model_loaded=True,
            model_load_time=runtime.load_seconds,
            model_device=runtime.loaded.engine.device,
            model_dir=str(runtime.loaded.folder),
        ),
    )


@router.get("/info")
async def info(runtime: WithRuntime) -> schemas.Info:
    """Who answers, with which model, within which bounds."""
    settings, loaded = runtime.settings, runtime.loaded
    return schemas.Info(
        service=schemas.ServiceInfo(
            name=NAME,
            version=VERSION,
            uptime_seconds=runtime.uptime_seconds,
            environment=settings.environment,
        ),
        model=schemas.ModelInfo(
            loaded=True,
            load_time_seconds=runtime.load_seconds,
            model_dir=str(loaded.folder),
            device=loaded.engine.device,
            engine=loaded.kind,
            model=loaded.engine.name,
            revision=loaded.revision,
            sha256=loaded.sha256,
            languages=loaded.engine.languages,
            has_words=loaded.engine.has_words,
            chosen_because=loaded.reason,
        ),
        config=schemas.ConfigInfo(
            max_audio_length=settings.max_audio_seconds,
            batch_size=runtime.batch_limit,
            engine_batch_size=min(settings.max_batch_size, loaded.engine.max_batch_size),
            batch_timeout_ms=settings.batch_timeout_ms,
            max_waiting=settings.max_waiting,
            max_streams=settings.max_streams,
            max_body_bytes=settings.max_body_bytes,
        ),
    )

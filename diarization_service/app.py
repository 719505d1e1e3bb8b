"""The diarization service over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Annotated

import structlog
from fastapi import APIRouter, FastAPI, Query, Request, Response

from diarization_service import schemas
from diarization_service.answers import Events, complete, wanted
from diarization_service.bodies import FORM_MEDIA_TYPE, Asked, read_body, read_form
from diarization_service.diarization import Diariser
from diarization_service.engine import EngineUnavailable, Loaded, load_engine
from diarization_service.runtime import DiarizationUnavailable, Missing, Ready, Runtime, WithRuntime
from diarization_service.settings import DiarizationSettings
from shared.bodies import FILE_MEDIA_TYPES, JSON_MEDIA_TYPE, WAV_MEDIA_TYPES, BodyTooSlow
from shared.contracts.diarization import (
    DIARIZE_FILE_PATH,
    DIARIZE_PATH,
    EVENTS_MEDIA_TYPE,
    FILE_FIELD,
    RTTM_MEDIA_TYPE,
    DiarizeJson,
    DiarizeOptions,
    DiarizeResponse,
)
from shared.contracts.stt import PCM_MEDIA_TYPE
from shared.decoding import AudioTooLong, Decoder, DecoderBusy, UndecodableAudio
from shared.errors import BadRequest, InvalidRequest, TooLarge, Unavailable, UnsupportedMedia
from shared.inference import EngineBusy, InferenceWorker
from shared.problems import Responses, documented, self_contained
from shared.serving import install, while_connected

log = structlog.get_logger()

NAME, VERSION = "Intrascribe Diarization Service", "1.0.0"


def create_app(
    settings: DiarizationSettings, *, load: Callable[[DiarizationSettings], Loaded] = load_engine
) -> FastAPI:
    """The app; entering its lifespan loads the model. Without one it says what is missing."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Runtime]]:
        async with _open(settings, load) as runtime:
            yield {"runtime": runtime}

    app = FastAPI(title=NAME, version=VERSION, lifespan=lifespan)
    app.include_router(router)
    install(app, service="diarization", max_body_bytes=settings.max_body_bytes)
    return app


@asynccontextmanager
async def _open(
    settings: DiarizationSettings, load: Callable[[DiarizationSettings], Loaded]
) -> AsyncIterator[Runtime]:
    worker = InferenceWorker(name="diarization", max_waiting=settings.max_waiting)
    try:
        async with Decoder(max_seconds=settings.max_audio_seconds) as decoder:
            model = await _load(settings, load, worker)
            yield Runtime(settings, decoder, model, started=asyncio.get_running_loop().time())
    finally:
        worker.close()


async def _load(
    settings: DiarizationSettings, load: Callable[[DiarizationSettings], Loaded], worker: InferenceWorker
) -> Ready | Missing:
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        loaded = await worker.run(load, settings)
    except EngineUnavailable as fault:
        log.error("engine.unavailable", reason=str(fault))  # noqa: TRY400 - the reason says it all
        return Missing(str(fault))
    seconds = round(clock() - began, 3)
    log.info("engine.loaded", engine=loaded.engine.name, seconds=seconds, reason=loaded.reason)
    diariser = Diariser(
        loaded.engine, worker, max_waiting=settings.max_waiting, max_speakers=settings.max_speakers
    )
    return Ready(loaded, seconds, diariser)


router = APIRouter()

_FAILURES = documented(
    *(BadRequest, UndecodableAudio, AudioTooLong, TooLarge, UnsupportedMedia, InvalidRequest),
    *(EngineBusy, DecoderBusy, Unavailable, DiarizationUnavailable, BodyTooSlow),
)
_TEXT = {"schema": {"type": "string"}}
_ANSWERS: Responses = _FAILURES | {
    200: {"model": DiarizeResponse, "content": {RTTM_MEDIA_TYPE: _TEXT, EVENTS_MEDIA_TYPE: _TEXT}}
}
_BINARY = {"type": "string", "format": "binary"}
_BODIES = {
    JSON_MEDIA_TYPE: {"schema": self_contained(DiarizeJson)},
    **{
        kind: {"schema": _BINARY}
        for kind in (
            f"{PCM_MEDIA_TYPE};rate=16000",
            *WAV_MEDIA_TYPES,
            "audio/*",
            "video/*",
            *FILE_MEDIA_TYPES,
        )
    },
}


def _form_schema() -> dict[str, object]:
    schema = self_contained(schemas.DiarizeForm)
    properties = schema["properties"]
    assert isinstance(properties, dict)  # noqa: S101 - of every model
    return schema | {"properties": {FILE_FIELD: _BINARY, **properties}, "required": [FILE_FIELD]}


@router.post(
    DIARIZE_PATH,
    openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
    responses=_ANSWERS,
    response_model=DiarizeResponse,
)
async def diarize(
    request: Request, runtime: WithRuntime, query: Annotated[schemas.DiarizeQuery, Query()]
) -> Response:
    """Who speaks when in a piece of audio."""
    return await _answered(request, runtime, query, read_body)


@router.post(
    DIARIZE_FILE_PATH,
    openapi_extra={
        "requestBody": {"required": True, "content": {FORM_MEDIA_TYPE: {"schema": _form_schema()}}}
    },
    responses=_ANSWERS,
    response_model=DiarizeResponse,
)
async def diarize_file(
    request: Request, runtime: WithRuntime, query: Annotated[schemas.DiarizeQuery, Query()]
) -> Response:
    """The same for a file in a form, whose fields say more than the query."""
    return await _answered(request, runtime, query, read_form)


Read = Callable[[Request, DiarizeOptions, Decoder, DiarizationSettings], Awaitable[Asked]]


async def _answered(request: Request, runtime: Runtime, query: schemas.DiarizeQuery, read: Read) -> Response:
    diariser, form = runtime.diariser, wanted(request, query.format)
    with ExitStack() as held:
        held.enter_context(diariser.place())
        asked = await read(request, query, runtime.decoder, runtime.settings)
        if form == "events":
            return Events(
                request,
                held.pop_all(),
                lambda follow: diariser.diarize(asked.audio, asked.options, follow=follow),
            )
        answer = await while_connected(request, diariser.diarize(asked.audio, asked.options))
        # It is valid already, and would be checked once more.
        return complete(answer, form, name=asked.name)


@router.get("/health", responses={503: {"model": schemas.Health, "description": "There is no model"}})
async def health(runtime: WithRuntime, response: Response) -> schemas.Health:
    """Whether speakers can be told apart; where they cannot, the status is 503 and the details say why."""
    model, settings = runtime.model, runtime.settings
    ready = isinstance(model, Ready)
    response.status_code = 200 if ready else 503
    return schemas.Health(
        service_name=NAME,
        status="healthy" if ready else "unhealthy",
        version=VERSION,
        uptime_seconds=runtime.uptime_seconds,
        details=schemas.HealthDetails(
            diarization_available=ready,
            missing=None if isinstance(model, Ready) else model.reason,
            model_load_time=model.load_seconds if isinstance(model, Ready) else 0,
            model_name=_name(runtime),
            device=model.loaded.engine.device if isinstance(model, Ready) else settings.device,
            token_configured=settings.hf_token is not None,
        ),
    )


@router.get("/info")
async def info(runtime: WithRuntime) -> schemas.Info:
    """Who answers, with which model, within which bounds."""
    model, settings = runtime.model, runtime.settings
    loaded = model.loaded if isinstance(model, Ready) else None
    return schemas.Info(
        service=schemas.ServiceInfo(
            name=NAME,
            version=VERSION,
            uptime_seconds=runtime.uptime_seconds,
            environment=settings.environment,
        ),
        diarization=schemas.DiarizationInfo(
            available=loaded is not None,
            missing=model.reason if isinstance(model, Missing) else None,
            model_name=_name(runtime),
            model_dir=str(loaded.folder) if loaded else "",
            device=loaded.engine.device if loaded else settings.device,
            load_time_seconds=model.load_seconds if isinstance(model, Ready) else 0,
            revision=loaded.revision if loaded else None,
            sha256=loaded.sha256 if loaded else None,
            chosen_because=loaded.reason if loaded else "",
        ),
        config=schemas.ConfigInfo(
            max_speakers=settings.max_speakers,
            pyannote_model=_name(runtime),
            max_audio_length=settings.max_audio_seconds,
            max_waiting=settings.max_waiting,
            max_body_bytes=settings.max_body_bytes,
        ),
    )


def _name(runtime: Runtime) -> str:
    """Of the model that is there, or that was asked for."""
    model, settings = runtime.model, runtime.settings
    return model.loaded.engine.name if isinstance(model, Ready) else str(settings.model_dir or settings.model)

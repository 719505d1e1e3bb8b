"""What a worker transcribes with, for as long as it lives."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from api_service.database import Database
from api_service.settings import ApiSettings
from api_service.transcribing.hearing import HeardBefore
from api_service.transcribing.insisting import Patience
from shared.clients.diarization import DiarizationClient
from shared.clients.http import inference_http
from shared.clients.stt import SttClient
from shared.decoding import Decoder
from shared.storage import Storage, open_storage

_RECOGNITION_SECONDS = 120.0
"""A piece waits for its turn behind those of others."""

_STREAMS_OF_A_JOB = 2
"""One is recognised, and one is searched for its speakers."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Opened with the worker and closed with it."""

    database: Database
    storage: Storage
    decoder: Decoder
    stt: SttClient
    diarization: DiarizationClient | None
    """None where nobody can tell who speaks."""

    second_stt: SttClient
    """Hears meetings again; the same as `stt`, or one with a model that takes its time."""

    heard_before: HeardBefore
    patience: Patience
    most_diarized_seconds: float
    """Longer recordings are not searched for their speakers."""

    pieces_at_once: int
    max_seconds: float
    hears_again: bool


async def open_tools(settings: ApiSettings, stack: AsyncExitStack, *, database: Database) -> Tools:
    """The stack closes what is opened. The decoder's process starts with the first file."""
    jobs = settings.worker_jobs
    decoder = Decoder(max_seconds=0, children=_STREAMS_OF_A_JOB * jobs)
    stack.push_async_exit(decoder)
    stt = await _open_stt(settings, stack, settings.stt_service_url)
    second_stt = stt
    if settings.second_pass_stt_service_url:
        second_stt = await _open_stt(settings, stack, settings.second_pass_stt_service_url)
    diarization = None
    if settings.diarization_service_url:
        http = inference_http(
            settings.diarization_service_url, read_seconds=settings.worker_limit_seconds, connections=jobs
        )
        diarization = DiarizationClient(await stack.enter_async_context(http))
    return Tools(
        database=database,
        storage=open_storage(settings),
        decoder=decoder,
        stt=stt,
        diarization=diarization,
        second_stt=second_stt,
        heard_before=HeardBefore(most=jobs),
        # Whoever waits for so long has time left for the work.
        patience=Patience(settings.worker_patience_seconds, settings.worker_limit_seconds / 2),
        most_diarized_seconds=settings.diarization_max_seconds,
        pieces_at_once=settings.worker_pieces,
        max_seconds=settings.max_recording_seconds,
        hears_again=settings.second_pass,
    )


async def _open_stt(settings: ApiSettings, stack: AsyncExitStack, url: str) -> SttClient:
    http = inference_http(
        url,
        read_seconds=_RECOGNITION_SECONDS,
        connections=settings.worker_jobs * settings.worker_pieces,
    )
    return SttClient(await stack.enter_async_context(http))

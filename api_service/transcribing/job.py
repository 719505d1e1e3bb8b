"""The job that transcribes one recording: its words and its speakers at once, stored as one version."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from pydantic import BaseModel

from api_service.jobs.runner import JobLost, Work
from api_service.transcribing import repository
from api_service.transcribing.hearing import Heard, hear
from api_service.transcribing.insisting import may_pass
from api_service.transcribing.lines import Line, of_channels, of_turns, speakers_in
from api_service.transcribing.repository import Recording, Version
from api_service.transcribing.speaking import Diarization, Search, is_too_long, reported
from api_service.transcribing.tools import Tools
from api_service.transcribing.windows import windows
from shared.contracts.diarization import SpeakerCount
from shared.errors import NotFound, ServiceError
from shared.speakers import Turn
from shared.storage import ObjectMissing, StoredFile

log = structlog.get_logger()

STT_MODEL = "local_funasr_batch"
"""What clients know such transcripts by, whatever engine the speech service has."""

_FIRST_PERCENT, _HEARD_PERCENT, _LAST_PERCENT = 25.0, 80.0, 95.0
"""Where speakers are searched, that takes its part when the words are there; often it has ended by then."""

_PREVIEW_CHARACTERS = 200


class RecordingGone(NotFound):
    code, title = "recording-gone", "The recording has been deleted"


class TranscriptionSettings(SpeakerCount):
    """What a job of the kind `transcribe` was asked."""

    audio_file_id: str
    source: repository.Source
    language: str | None = None
    """As the speech service takes it; None lets it find out."""

    diarize: bool = True
    channels_as_speakers: bool = False


@dataclass(frozen=True, slots=True)
class _Speakers:
    """Who speaks when, or why that is not known."""

    turns: list[Turn] | None
    diarization: Diarization
    failure: str | None = None


async def transcribe(tools: Tools, work: Work) -> None:
    """Raises RecordingGone, and what storage, the decoder and the services raise; then nothing changed."""
    began = time.monotonic()
    settings = TranscriptionSettings.model_validate(work.attempt.settings)
    recording, file = await _recording(tools, work)
    channels = recording.channels if settings.channels_as_speakers and recording.channels > 1 else 1
    search = _search(tools, recording, settings, alone=channels > 1)
    if isinstance(search, Search):
        heard, speakers = await _hear_and_search(tools, work, file, recording, settings, search)
    else:
        heard = await _hear(tools, work, file, recording, settings, channels, last_percent=_LAST_PERCENT)
        speakers = _Speakers(None, search)
    lines = await asyncio.to_thread(_lines, heard, speakers)
    language = heard.language or settings.language or recording.language
    milliseconds = round((time.monotonic() - began) * 1000)
    result = _result(heard, speakers, lines, language=language, processing_ms=milliseconds)
    version = Version(
        settings.source, language, STT_MODEL, milliseconds, heard.seconds, result=result.model_dump()
    )
    async with tools.database.as_service() as connection:
        if not await repository.store(connection, work.attempt, version, lines):
            raise JobLost


async def _recording(tools: Tools, work: Work) -> tuple[Recording, StoredFile]:
    await work.report(10, "initializing")
    async with tools.database.as_service() as connection:
        recording = await repository.recording(connection, work.attempt)
    if recording is None:
        raise RecordingGone("Its audio file is not there any more")
    await work.report(15, "finding_audio")
    try:
        file = await tools.storage.open(recording.storage_path)
    except ObjectMissing as fault:
        raise RecordingGone("Its audio file is not there any more") from fault
    await work.report(_FIRST_PERCENT, "processing_audio")
    return recording, file


def _lines(heard: Heard, speakers: _Speakers) -> list[Line]:
    if len(heard.channels) > 1:
        return of_channels(heard.channels)
    return of_turns(heard.channels[0], speakers.turns)


def _search(
    tools: Tools, recording: Recording, settings: TranscriptionSettings, *, alone: bool
) -> Search | Diarization:
    """The search for its speakers, or why there is none."""
    if alone or not settings.diarize:
        return "not-wanted"
    if tools.diarization is None:
        return "not-configured"
    if recording.duration_seconds > tools.most_diarized_seconds:
        return "too-long"
    count = SpeakerCount(**settings.model_dump(include=set(SpeakerCount.model_fields)))
    return Search(tools.diarization, tools.patience, speakers=count)


async def _hear_and_search(
    tools: Tools,
    work: Work,
    file: StoredFile,
    recording: Recording,
    settings: TranscriptionSettings,
    search: Search,
) -> tuple[Heard, _Speakers]:
    """Both at once. When only the speakers are wanting, the words are kept for the next attempt."""
    searching = asyncio.create_task(_speakers(tools, work, file, search))
    try:
        heard = tools.heard_before.take(work.attempt.id) or await _hear(
            tools, work, file, recording, settings, 1, last_percent=_HEARD_PERCENT
        )
        try:
            return heard, await reported(work, search, searching, first=_HEARD_PERCENT, last=_LAST_PERCENT)
        except ServiceError:
            tools.heard_before.keep(work.attempt.id, heard)
            raise
    finally:
        searching.cancel()
        await asyncio.gather(searching, return_exceptions=True)


async def _speakers(tools: Tools, work: Work, file: StoredFile, search: Search) -> _Speakers:
    """Raises what may pass, until nobody would try again: a transcript without speakers is more than none."""

    def open_stream() -> AsyncGenerator[bytes, None]:
        return tools.decoder.stream(file.part, file.size, channels=0, max_seconds=tools.max_seconds)

    try:
        turns = await search.turns(open_stream)
    except ServiceError as failure:
        if is_too_long(failure):
            return _Speakers(None, "too-long", failure.code)
        if may_pass(failure) and not work.is_last_try:
            raise
        log.warning("diarization.failed", code=failure.code, detail=failure.detail)
        return _Speakers(None, "failed", failure.code)
    return _Speakers(turns, "completed")


async def _hear(
    tools: Tools,
    work: Work,
    file: StoredFile,
    recording: Recording,
    settings: TranscriptionSettings,
    channels: int,
    *,
    last_percent: float,
) -> Heard:
    async def progress(seconds: float) -> None:
        share = min(1.0, seconds / recording.duration_seconds)
        await work.report(_FIRST_PERCENT + share * (last_percent - _FIRST_PERCENT), "processing_audio")

    stream = tools.decoder.stream(
        file.part, file.size, channels=channels if channels > 1 else 0, max_seconds=tools.max_seconds
    )
    async with aclosing(stream):
        return await hear(
            tools.stt,
            windows(stream, channels=channels),
            channels=channels,
            language=settings.language,
            at_once=tools.pieces_at_once,
            patience=tools.patience,
            progress=progress,
        )


class TranscriptionResult(BaseModel):
    """The result of the task, for clients of any age."""

    message: str
    duration_seconds: float
    total_duration_seconds: float
    total_segments: int
    speaker_count: int
    transcription_length: int
    content_preview: str
    language: str
    diarization: str
    diarization_error: str | None
    inference_seconds: float
    processing_time_ms: int


def _result(
    heard: Heard, speakers: _Speakers, lines: list[Line], *, language: str, processing_ms: int
) -> TranscriptionResult:
    text = "\n".join(line.text for line in lines)
    count = speakers_in(lines)
    return TranscriptionResult(
        message=(
            f"Batch transcription completed successfully. Duration: {heard.seconds:.1f}s, "
            f"Segments: {len(lines)}, Speakers: {count}"
        ),
        duration_seconds=round(heard.seconds, 3),
        total_duration_seconds=round(heard.seconds, 3),
        total_segments=len(lines),
        speaker_count=count,
        transcription_length=len(text),
        content_preview=text[:_PREVIEW_CHARACTERS],
        language=language,
        diarization=speakers.diarization,
        diarization_error=speakers.failure,
        inference_seconds=round(heard.inference_seconds, 3),
        processing_time_ms=processing_ms,
    )

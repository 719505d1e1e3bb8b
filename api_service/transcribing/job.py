"""The job that transcribes one recording: its words and its speakers at once, stored as one version."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

import structlog
from pydantic import BaseModel

from api_service.jobs.runner import JobLost, Work
from api_service.transcribing import repository
from api_service.transcribing.hearing import Heard, hear
from api_service.transcribing.lines import Line, of_channels, of_turns, speakers_in
from api_service.transcribing.repository import Recording, Version
from api_service.transcribing.speaking import turns_of
from api_service.transcribing.tools import Tools
from api_service.transcribing.windows import windows
from shared.contracts.diarization import SpeakerCount
from shared.errors import NotFound, ServiceError
from shared.speakers import Turn
from shared.storage import ObjectMissing, StoredFile

log = structlog.get_logger()

STT_MODEL = "local_funasr_batch"
"""What clients know such transcripts by, whatever engine the speech service has."""

_FIRST_PERCENT, _LAST_PERCENT = 25.0, 95.0
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
    diarization: Literal["completed", "not-wanted", "not-configured", "failed"]
    failure: str | None = None


async def transcribe(tools: Tools, work: Work) -> None:
    """Raises RecordingGone, and what storage, the decoder or the recogniser raise; then nothing changed."""
    began = time.monotonic()
    settings = TranscriptionSettings.model_validate(work.attempt.settings)
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
    channels = recording.channels if settings.channels_as_speakers and recording.channels > 1 else 1
    searching = asyncio.create_task(_speakers(tools, file, settings, alone=channels > 1))
    try:
        heard = await _hear(tools, work, file, recording, settings, channels)
        speakers = await searching
    finally:
        searching.cancel()
        await asyncio.wait({searching})
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


def _lines(heard: Heard, speakers: _Speakers) -> list[Line]:
    if len(heard.channels) > 1:
        return of_channels(heard.channels)
    return of_turns(heard.channels[0], speakers.turns)


async def _hear(
    tools: Tools,
    work: Work,
    file: StoredFile,
    recording: Recording,
    settings: TranscriptionSettings,
    channels: int,
) -> Heard:
    async def progress(seconds: float) -> None:
        share = min(1.0, seconds / recording.duration_seconds)
        percent = _FIRST_PERCENT + share * (_LAST_PERCENT - _FIRST_PERCENT)
        await work.report(percent, "processing_audio")

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
            progress=progress,
        )


async def _speakers(
    tools: Tools, file: StoredFile, settings: TranscriptionSettings, *, alone: bool
) -> _Speakers:
    """Never fails: a transcript without speakers is worth more than none."""
    if alone or not settings.diarize:
        return _Speakers(None, "not-wanted")
    if tools.diarization is None:
        return _Speakers(None, "not-configured")

    def open_stream() -> AsyncGenerator[bytes, None]:
        return tools.decoder.stream(file.part, file.size, channels=0, max_seconds=tools.max_seconds)

    count = SpeakerCount(**settings.model_dump(include=set(SpeakerCount.model_fields)))
    try:
        turns = await turns_of(tools.diarization, open_stream, speakers=count)
    except ServiceError as failure:
        log.warning("diarization.failed", code=failure.code, detail=failure.detail)
        return _Speakers(None, "failed", failure.code)
    return _Speakers(turns, "completed")


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

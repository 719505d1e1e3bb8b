"""Takes a recording to transcribe: stores it, and queues the work with the session that it makes."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID, uuid4

from pydantic import JsonValue, ValidationError

from api_service.audio import legacy_service
from api_service.audio import repository as audio
from api_service.audio.forms import UploadForm
from api_service.audio.service import AudioFileNotFound, NotAudio, write
from api_service.auth.verifier import Claims
from api_service.jobs.repository import Priority
from api_service.runtime import Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.tasks import repository as tasks
from api_service.tasks import service as task_service
from api_service.tasks.repository import Job
from api_service.transcribing.channels import ensure_few_channels
from api_service.transcriptions import batch_repository
from api_service.transcriptions.batch_repository import Asked, Received
from api_service.transcriptions.batch_schemas import BatchOptions
from api_service.users import settings_repository
from shared.contracts.decoding import AudioFacts
from shared.decoding import UndecodableAudio
from shared.errors import InvalidRequest, ServiceError, TooLarge, Unavailable

_LANGUAGE = "zh-CN"
"""Of the session, as for any other, where nobody says; what is spoken is found out by listening."""

_TITLE_CHARACTERS = 200
_LOOK_SECONDS = 0.25
_SHORT_SECONDS = 600.0
"""Who waits for a longer recording would wait in vain."""


class RecordingTooLong(TooLarge):
    code, title = "recording-too-long", "The recording is too long"


@dataclass(frozen=True, slots=True)
class Queued:
    """The job of an upload."""

    session_id: UUID
    job_id: UUID
    known: bool
    """The same recording was sent before, and asked for the same: this is what came of it."""

    seconds: float
    is_too_long: bool = False
    """For anybody to be told apart."""


async def receive(runtime: Runtime, claims: Claims, form: UploadForm, asked: BatchOptions) -> Queued:
    """Store the file of a form and queue its transcription.

    The form's fields count where `asked`, which the address says, leaves something open. Raises NotAudio,
    RecordingTooLong, TooManyChannels, InvalidRequest, TooManyTasks, or what storage raises; then nothing is
    kept for long.
    """
    async with open_caller(runtime, claims) as caller:
        # An account that is unknown or inactive sends nothing.
        chosen = await settings_repository.find_choices(caller.connection, caller.user.id)
    path, digest = f"audio/{uuid4()}/{uuid4()}", hashlib.sha256()
    async with runtime.database.as_service() as connection:
        await audio.reserve(connection, path)

    async def hashed() -> AsyncIterator[bytes]:
        async for piece in form.content():
            digest.update(piece)
            yield piece

    try:
        most = runtime.settings.max_upload_bytes
        await write(runtime, path, hashed(), most=most, owner=claims.user_id)
        facts = await _facts(runtime, path, form)
        options = _options(form, asked)
        ensure_few_channels(facts.channels, as_speakers=options.channels_as_speakers)
        received = Received(
            path=path,
            bucket=runtime.audio.storage.name,
            size=legacy_service.file_size(form),
            sha256=digest.hexdigest(),
            filename=legacy_service.file_name(form),
            facts=facts,
        )
    except BaseException:
        await _discard(runtime, path)
        raise
    # A failure from here on may be one of hearing that it was stored: what is not claimed is removed later.
    preferred = chosen.preferred_language or _LANGUAGE
    queued = await _queue(runtime, claims, received, options, preferred=preferred)
    if queued.known:
        await _discard(runtime, path)
    return queued


async def receive_uploaded(
    runtime: Runtime, claims: Claims, session_id: UUID, file_id: UUID, asked: BatchOptions
) -> Queued:
    """Queue the transcription of a file that was uploaded to a session of the caller's before.

    It is the same job where that was done before in this session, unless it failed or got no speakers.
    Raises SessionNotFound, NotOwner, AudioFileNotFound, RecordingTooLong, TooManyChannels and TooManyTasks.
    """
    async with open_caller(runtime, claims) as caller:
        await sessions.owned(caller, session_id)
        file = await audio.find(caller.connection, file_id, session_id=session_id, user_id=caller.user.id)
        if file is None or file.duration_seconds is None:
            raise AudioFileNotFound("This session has no such file, or its upload is not complete")
        _ensure_short_enough(runtime, file.duration_seconds)
        ensure_few_channels(file.channels, as_speakers=asked.channels_as_speakers)
        settings = asked.for_job()
        fingerprint = _fingerprint(file.file_hash, settings) if file.file_hash else None
        settings["audio_file_id"] = str(file_id)
        known = await task_service.unfinished(caller, session_id, kind="transcribe", settings=settings)
        if not (known or asked.force) and fingerprint:
            known = await batch_repository.done(caller.connection, session_id, fingerprint)
        job_id = known or await task_service.queue(
            caller,
            session_id,
            kind="transcribe",
            settings=settings,
            priority=_priority(asked, file.duration_seconds),
        )
        if fingerprint and not known:
            await batch_repository.mark(caller.connection, job_id, fingerprint)
    return _queued(runtime, session_id, job_id, asked, known=known is not None, seconds=file.duration_seconds)


async def outcome(runtime: Runtime, claims: Claims, job_id: UUID, *, within_seconds: float) -> Job:
    """The job as soon as it is over, or as it is when the time is, or this process stops."""
    deadline = asyncio.get_running_loop().time() + within_seconds
    while True:
        async with open_caller(runtime, claims) as caller:
            job = await tasks.find(caller.connection, job_id, user_id=caller.user.id)
        if job is None:
            raise Unavailable("The task has been removed meanwhile")
        is_late = runtime.stopping.has_begun or asyncio.get_running_loop().time() >= deadline
        if job.over or is_late:
            return job
        await runtime.stopping.begins_within(_LOOK_SECONDS)


def is_worth_waiting(queued: Queued) -> bool:
    """Whether the transcript may be there before old clients lose their patience."""
    return queued.seconds <= _SHORT_SECONDS


async def _discard(runtime: Runtime, path: str) -> None:
    with suppress(ServiceError):  # what is reserved and not claimed is removed later anyway
        await runtime.audio.storage.delete(path)


async def _facts(runtime: Runtime, path: str, form: UploadForm) -> AudioFacts:
    legacy_service.file_size(form)
    file = await runtime.audio.storage.open(path)
    try:
        facts = await runtime.audio.decoder.probe(file.part, file.size)
    except UndecodableAudio as fault:
        raise NotAudio(fault.detail) from fault
    _ensure_short_enough(runtime, facts.duration_seconds)
    return facts


def _ensure_short_enough(runtime: Runtime, seconds: float) -> None:
    if seconds > runtime.settings.max_recording_seconds:
        raise RecordingTooLong(f"At most {runtime.settings.max_recording_seconds:g} seconds are transcribed")


def _fingerprint(sha256: str, settings: dict[str, JsonValue]) -> str:
    return hashlib.sha256(json.dumps([sha256, settings], sort_keys=True).encode()).hexdigest()


def _priority(options: BatchOptions, seconds: float) -> Priority:
    """Somebody waits for a short one."""
    return options.priority or ("high" if seconds <= _SHORT_SECONDS else "normal")


def _options(form: UploadForm, asked: BatchOptions) -> BatchOptions:
    said = {name: value for name, value in form.fields.items() if name in BatchOptions.model_fields and value}
    try:
        return BatchOptions.model_validate(said | asked.model_dump(exclude_none=True))
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        where = ".".join(["body", *(str(part) for part in first["loc"])])
        raise InvalidRequest(first["msg"], fields=[{"field": where, "message": first["msg"]}]) from None


async def _queue(
    runtime: Runtime, claims: Claims, received: Received, options: BatchOptions, *, preferred: str
) -> Queued:
    settings, seconds = options.for_job(), received.facts.duration_seconds
    fingerprint = _fingerprint(received.sha256, settings)
    async with runtime.database.as_service() as connection:
        if not options.force:
            known = await batch_repository.same(connection, claims.user_id, fingerprint)
            if known:
                return _queued(runtime, *known, options, known=True, seconds=seconds)
        session_id, job_id = await batch_repository.add(
            connection,
            claims.user_id,
            received,
            Asked(
                title=options.title or _title(received.filename),
                titled=options.title is not None,
                language=options.language or preferred,
                settings=settings,
                priority=_priority(options, seconds),
                fingerprint=fingerprint,
            ),
        )
    return _queued(runtime, session_id, job_id, options, known=False, seconds=seconds)


def _queued(
    runtime: Runtime, session_id: UUID, job_id: UUID, asked: BatchOptions, *, known: bool, seconds: float
) -> Queued:
    is_searched = asked.diarize is not False and not asked.channels_as_speakers
    settings = runtime.settings
    is_too_long = bool(settings.diarization_service_url) and seconds > settings.diarization_max_seconds
    return Queued(session_id, job_id, known=known, seconds=seconds, is_too_long=is_searched and is_too_long)


def _title(filename: str) -> str:
    return PurePosixPath(filename).stem.strip()[:_TITLE_CHARACTERS] or "Recording"

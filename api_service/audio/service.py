"""Decides what becomes of audio files.

A file is announced, its content is written to a place of its own, and then it is completed: the content is
looked at, copied to where it stays, and claimed. What was looked at, hashed and kept is one and the same
version, whatever is written to the first place meanwhile.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from api_service.audio import repository
from api_service.audio.links import UPLOAD_SECONDS
from api_service.audio.repository import AudioFile, Content
from api_service.auth.verifier import Claims
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import service as sessions
from shared.contracts.decoding import AudioFacts
from shared.decoding import UndecodableAudio
from shared.errors import Conflict, NotFound, ServiceError, TooLarge, UnsupportedMedia
from shared.storage import ObjectMissing, StoredFile

_STALLED_SECONDS = 30
_LEAST_BYTES_A_SECOND = 4000
"""On average, once an upload has had the time to begin: less than any line that a recording was made over."""

_WRITE_SECONDS = 3600
"""Together with the lifetime of a link less than the database waits before it clears up after an upload."""


class AudioFileNotFound(NotFound):
    code, title = "audio-file-not-found", "There is no such audio file"


class UploadClosed(Conflict):
    code, title = "upload-closed", "This upload takes no content"


class UploadMissing(Conflict):
    code, title = "upload-missing", "The content has not been uploaded"


class UploadMismatch(ServiceError):
    status, code, title = 422, "upload-mismatch", "The content is not what was announced"


class UploadStalled(ServiceError):
    status, code, title = 408, "upload-stalled", "The content stopped arriving"


class NotAudio(UnsupportedMedia):
    code, title = "not-audio", "The content is not audio"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where and until when a file's content is to be sent."""

    url: str
    expires_at: datetime


async def whole_files(caller: Caller, session_id: UUID) -> list[AudioFile]:
    """The files of a session of the caller's, newest first. Raises SessionNotFound."""
    await sessions.find(caller, session_id)
    return await repository.whole(caller.connection, session_id, user_id=caller.user.id)


async def whole_file(caller: Caller, session_id: UUID, file_id: UUID) -> AudioFile:
    """One of them. Raises AudioFileNotFound."""
    file = await _find(caller, session_id, file_id)
    if file.upload_status == "pending":
        raise AudioFileNotFound("This file has not been uploaded yet")
    return file


async def announce(
    runtime: Runtime, caller: Caller, session_id: UUID, *, filename: str, size_bytes: int, sha256: str | None
) -> UUID:
    """A file that will come, in a session of the caller's. Raises SessionNotFound, NotOwner or TooLarge."""
    await sessions.owned(caller, session_id)
    if size_bytes > runtime.settings.max_upload_bytes:
        raise TooLarge(f"At most {runtime.settings.max_upload_bytes} bytes are taken")
    file_id = uuid4()
    await repository.create(
        caller.connection,
        file_id=file_id,
        session_id=session_id,
        user_id=caller.user.id,
        filename=filename,
        size_bytes=size_bytes,
        sha256=sha256,
    )
    return file_id


async def ticket(runtime: Runtime, file_id: UUID, *, base_url: str) -> Ticket:
    """Where the content of an announced file goes: to the bucket itself, or to us."""
    expires = int(time.time()) + UPLOAD_SECONDS
    if runtime.audio.direct:
        url = await runtime.audio.storage.sign("PUT", upload_path(file_id), seconds=UPLOAD_SECONDS)
    else:
        url = runtime.audio.links.to_upload(file_id, base_url=base_url, expires=expires)
    return Ticket(url, datetime.fromtimestamp(expires, UTC))


async def receive(runtime: Runtime, file_id: UUID, content: AsyncIterator[bytes]) -> None:
    """Write what arrives, all or nothing. Raises UploadClosed, and as `write` does."""
    async with runtime.database.as_service() as connection:
        upload = await repository.upload(connection, file_id)
    if upload is None:
        raise UploadClosed("It was completed already, or the file is gone")
    await write(runtime, upload.storage_path, content, most=upload.file_size_bytes, owner=upload.user_id)


async def write(
    runtime: Runtime, path: str, content: AsyncIterator[bytes], *, most: int, owner: UUID
) -> None:
    """Write what an account sends, up to so many bytes.

    Raises TooManyUploads, TooLarge, UploadStalled or what storage raises.
    """
    try:
        with runtime.audio.uploads.taken(owner):
            async with asyncio.timeout(_WRITE_SECONDS):
                await runtime.audio.storage.put(path, arriving(content, most=most))
    except TimeoutError as fault:
        raise UploadStalled(f"More than {_WRITE_SECONDS} seconds have passed") from fault


async def arriving(
    content: AsyncIterator[bytes],
    *,
    most: int,
    stalled_seconds: float = _STALLED_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[bytes]:
    """What comes, for as long as it comes, and not in a trickle. Raises TooLarge or UploadStalled."""
    received, began = 0, clock()
    while True:
        try:
            async with asyncio.timeout(stalled_seconds):
                piece = await anext(content, None)
        except TimeoutError as fault:
            raise UploadStalled(f"Nothing came for {stalled_seconds:g} seconds") from fault
        if piece is None:
            return
        received += len(piece)
        if received > most:
            raise TooLarge(f"At most {most} bytes are taken")
        passed = clock() - began
        if passed > stalled_seconds and received < passed * _LEAST_BYTES_A_SECOND:
            raise UploadStalled(f"Less than {_LEAST_BYTES_A_SECOND} bytes a second came")
        yield piece


async def complete(runtime: Runtime, claims: Claims, session_id: UUID, file_id: UUID) -> AudioFile:
    """Look at what was uploaded and keep it. Doing it again changes nothing.

    Raises UploadMissing, UploadMismatch or NotAudio; the content can then be sent anew.
    """
    async with open_caller(runtime, claims) as caller:
        await sessions.owned(caller, session_id)
        file = await _find(caller, session_id, file_id)
    if file.upload_status == "completed":
        return file
    try:
        await _keep(runtime, file)
    except ServiceError:
        # Of two who complete at once, the second may find that nothing is left to do.
        async with open_caller(runtime, claims) as caller:
            file = await _find(caller, session_id, file_id)
        if file.upload_status == "pending":
            raise
        return file
    async with open_caller(runtime, claims) as caller:
        return await whole_file(caller, session_id, file_id)


async def delete(caller: Caller, session_id: UUID, file_id: UUID) -> None:
    """Remove a file of the caller's. Raises SessionNotFound, NotOwner or AudioFileNotFound."""
    await sessions.owned(caller, session_id)
    if not await repository.delete(caller.connection, file_id, session_id=session_id, user_id=caller.user.id):
        raise AudioFileNotFound("It has been deleted, or never was")


async def content_of(runtime: Runtime, file_id: UUID) -> Content:
    """A whole file, for whoever holds a link to it. Raises AudioFileNotFound."""
    async with runtime.database.as_service() as connection:
        content = await repository.content(connection, file_id)
    if content is None:
        raise AudioFileNotFound("It has been deleted, or never was")
    return content


def upload_path(file_id: UUID) -> str:
    """Where the database places the content of an announced file."""
    return f"uploads/{file_id}"


async def _find(caller: Caller, session_id: UUID, file_id: UUID) -> AudioFile:
    await sessions.find(caller, session_id)
    file = await repository.find(caller.connection, file_id, session_id=session_id, user_id=caller.user.id)
    if file is None:
        raise AudioFileNotFound("This session has no such file")
    return file


async def _keep(runtime: Runtime, file: AudioFile) -> None:
    storage = runtime.audio.storage
    try:
        content = await storage.open(file.storage_path)
        facts = await _facts(runtime, file, content)
        await _copy(runtime, file, content, facts)
    except ObjectMissing as fault:
        raise UploadMissing("Send it first") from fault
    except (UploadMismatch, NotAudio):
        await storage.delete(file.storage_path)
        raise


async def _facts(runtime: Runtime, file: AudioFile, content: StoredFile) -> AudioFacts:
    if content.size != file.file_size_bytes:
        raise UploadMismatch(f"{file.file_size_bytes} bytes were announced, {content.size} are there")
    try:
        return await runtime.audio.decoder.probe(content.part, content.size)
    except UndecodableAudio as fault:
        raise NotAudio(fault.detail) from fault


async def _copy(runtime: Runtime, file: AudioFile, content: StoredFile, facts: AudioFacts) -> None:
    """Copy to where it stays, then make it the file's in one step. Fails where another was faster."""
    storage, path, digest = runtime.audio.storage, f"audio/{file.id}/{uuid4()}", hashlib.sha256()

    async def hashed() -> AsyncIterator[bytes]:
        async for piece in content.pieces():
            digest.update(piece)
            yield piece

    async with runtime.database.as_service() as connection:
        await repository.reserve(connection, path)
    await storage.put(path, hashed(), media_type=facts.mime_type)
    sha256 = digest.hexdigest()
    if file.file_hash not in (None, sha256):
        await storage.delete(path)
        raise UploadMismatch("Its SHA-256 is another one")
    async with runtime.database.as_service() as connection:
        if not await repository.complete(
            connection, file.id, path=path, bucket=storage.name, size=content.size, sha256=sha256, facts=facts
        ):
            raise UploadClosed("It was completed already, or the file is gone")

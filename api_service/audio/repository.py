"""Reads and writes audio files: as one of a session's members, and as the service for links and upkeep."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from api_service.database import Connection
from shared.contracts.decoding import AudioFacts


@dataclass(frozen=True, slots=True)
class AudioFile:
    """A file as a member of its session sees it; facts about its content are None while it is pending."""

    id: UUID
    session_id: UUID
    user_id: UUID
    original_filename: str
    storage_path: str
    storage_bucket: str | None
    file_size_bytes: int
    file_hash: str | None
    duration_seconds: float | None
    format: str | None
    mime_type: str | None
    sample_rate: int | None
    channels: int | None
    kind: Literal["upload", "mix", "participant"]
    participant_identity: str | None
    participant_name: str | None
    upload_status: Literal["pending", "completed"]
    processing_status: Literal["pending", "processing", "completed", "failed"]
    upload_expires_at: datetime
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """Where a whole file lies, and what it is."""

    storage_path: str
    original_filename: str
    mime_type: str
    file_size_bytes: int
    file_hash: str
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """Whose file is to be written where, and how large it was announced to be."""

    user_id: UUID
    storage_path: str
    file_size_bytes: int


_AS_MEMBER = """
    select file.id, file.session_id, file.user_id, original_filename, storage_path, storage_bucket,
        file_size_bytes, file_hash, duration_seconds, format, mime_type, sample_rate, channels,
        kind, participant_identity, participant_name,
        upload_status, processing_status, upload_expires_at, completed_at, file.created_at, file.updated_at
    from public.audio_files as file
    join public.session_members as member
        on member.session_id = file.session_id and member.user_id = %(user_id)s
    where file.session_id = %(session_id)s
"""


async def create(
    connection: Connection,
    *,
    file_id: UUID,
    session_id: UUID,
    user_id: UUID,
    filename: str,
    size_bytes: int,
    sha256: str | None,
) -> None:
    """A file that is announced, in a session of this user's own."""
    query = """
        insert into public.audio_files
            (id, session_id, user_id, original_filename, file_size_bytes, file_hash)
        values (%s, %s, %s, %s, %s, %s)
    """
    await connection.execute(query, [file_id, session_id, user_id, filename, size_bytes, sha256])


async def find(connection: Connection, file_id: UUID, *, session_id: UUID, user_id: UUID) -> AudioFile | None:
    """A file of a session that this user is a member of, pending or whole."""
    query = f"{_AS_MEMBER} and file.id = %(file_id)s"
    async with connection.cursor(row_factory=class_row(AudioFile)) as cursor:
        await cursor.execute(query, {"file_id": file_id, "session_id": session_id, "user_id": user_id})
        return await cursor.fetchone()


async def whole(connection: Connection, session_id: UUID, *, user_id: UUID) -> list[AudioFile]:
    """The whole files of a session that this user is a member of: the best first, of equals the newest."""
    query = f"""{_AS_MEMBER} and upload_status = 'completed'
        order by array_position(array['mix', 'upload', 'participant'], kind), completed_at desc, file.id
        limit 1000
    """
    async with connection.cursor(row_factory=class_row(AudioFile)) as cursor:
        await cursor.execute(query, {"session_id": session_id, "user_id": user_id})
        return await cursor.fetchall()


async def delete(connection: Connection, file_id: UUID, *, session_id: UUID, user_id: UUID) -> bool:
    """Remove a file of this user's own; its object follows. Returns whether there was one."""
    query = "delete from public.audio_files where id = %s and session_id = %s and user_id = %s"
    cursor = await connection.execute(query, [file_id, session_id, user_id])
    return cursor.rowcount > 0


async def content(connection: Connection, file_id: UUID) -> Content | None:
    """A whole file, for whoever holds a link to it."""
    async with connection.cursor(row_factory=class_row(Content)) as cursor:
        await cursor.execute("select * from internal.audio_content(%s)", [file_id])
        return await cursor.fetchone()


async def upload(connection: Connection, file_id: UUID) -> Upload | None:
    """A pending file, for whoever holds a link to it."""
    async with connection.cursor(row_factory=class_row(Upload)) as cursor:
        await cursor.execute("select * from internal.audio_upload(%s)", [file_id])
        return await cursor.fetchone()


async def reserve(connection: Connection, path: str) -> None:
    """Say that an object is about to be written: unless a file claims it, it will be removed."""
    await connection.execute("select internal.reserve_object(%s)", [path])


async def complete(
    connection: Connection,
    file_id: UUID,
    *,
    path: str,
    bucket: str,
    size: int,
    sha256: str,
    facts: AudioFacts,
) -> bool:
    """Make the reserved object the file's content. False when the file is gone or somebody was first."""
    values = [
        *(file_id, path, bucket, size, sha256),
        *(facts.duration_seconds, facts.format, facts.mime_type, facts.sample_rate, facts.channels),
    ]
    query = "select internal.complete_audio_file(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) as done"
    cursor = await connection.execute(query, values)
    row = await cursor.fetchone()
    return bool(row and row["done"])


async def expire_uploads(connection: Connection) -> int:
    """Forget uploads that were announced and never completed. Returns how many."""
    cursor = await connection.execute("select internal.expire_uploads() as expired")
    row = await cursor.fetchone()
    return int(row["expired"]) if row else 0


async def take_deleted(connection: Connection, *, most: int) -> list[str]:
    """Objects to remove. They come again, later each time, unless `deleted` is told that they are."""
    cursor = await connection.execute("select internal.take_deleted_objects(%s) as path", [most])
    return [str(row["path"]) for row in await cursor.fetchall()]


async def deleted(connection: Connection, paths: list[str]) -> None:
    """These objects are removed."""
    await connection.execute("select internal.objects_deleted(%s)", [paths])

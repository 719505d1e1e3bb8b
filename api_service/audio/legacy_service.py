"""What the original's audio routes do, for the account that asks instead of for the whole process."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError

from api_service.audio import repository, service
from api_service.audio.forms import UploadForm
from api_service.audio.repository import AudioFile
from api_service.audio.schemas import FileName
from api_service.auth.verifier import Claims
from api_service.realtime.replies import session_ids
from api_service.runtime import Caller, Runtime, open_caller
from api_service.sessions import service as sessions
from api_service.sessions.listing import Sorting, Wanted
from api_service.sessions.service import SessionNotFound
from shared.clients.redis import reachable
from shared.contracts.captions import LIVE_SESSIONS_KEY, stream_key
from shared.errors import InvalidRequest, ServiceError

_CURRENT_SECONDS = 24 * 3600
_SESSIONS_AT_ONCE = 100
_NAMES = TypeAdapter[str](FileName)


@dataclass(frozen=True, slots=True)
class Cached:
    """Bytes that live captions of the caller's sessions take, and which of those record."""

    bytes_by_session: dict[UUID, int]
    recording: int
    oldest: UUID | None


async def add(runtime: Runtime, claims: Claims, form: UploadForm, session_id: UUID | None) -> AudioFile:
    """Store the file of a form in the session that the form, the address or an earlier request names.

    The form may name it after the file: until then the file belongs to nobody, and is removed if it stays so.
    """
    async with open_caller(runtime, claims):
        pass  # an account that is unknown or inactive sends nothing
    file_id = uuid4()
    path = service.upload_path(file_id)
    async with runtime.database.as_service() as connection:
        await repository.reserve(connection, path)
    most = runtime.settings.max_upload_bytes
    await service.write(runtime, path, form.content(), most=most, owner=claims.user_id)
    async with open_caller(runtime, claims) as caller:
        owner_of = await _wanted_session(runtime, caller, form, session_id)
        await sessions.owned(caller, owner_of)
        await repository.create(
            caller.connection,
            file_id=file_id,
            session_id=owner_of,
            user_id=caller.user.id,
            filename=file_name(form),
            size_bytes=file_size(form),
            sha256=None,
        )
    try:
        return await service.complete(runtime, claims, owner_of, file_id)
    except ServiceError:
        async with open_caller(runtime, claims) as caller:
            await service.delete(caller, owner_of, file_id)
        raise


async def newest(caller: Caller, session_id: UUID, *, audio_format: str | None) -> AudioFile:
    """The best file of a session, or of one format. Raises SessionNotFound or AudioFileNotFound."""
    files = await service.whole_files(caller, session_id)
    for file in files:
        if audio_format in (None, file.format):
            return file
    there = ", ".join(sorted({file.format or "" for file in files})) or "none"
    raise service.AudioFileNotFound(f"Formats of this session's files: {there}")


async def choose(runtime: Runtime, caller: Caller, session_id: UUID) -> None:
    """Make a session the one that the caller's later requests mean. Raises SessionNotFound."""
    await sessions.find(caller, session_id)
    async with reachable():
        await runtime.redis.set(_current_key(caller), str(session_id), ex=_CURRENT_SECONDS)


async def chosen(runtime: Runtime, caller: Caller) -> UUID | None:
    """That session, if it is there and the caller still belongs to it."""
    async with reachable():
        kept = await runtime.redis.get(_current_key(caller))
    if kept is None:
        return None
    try:
        return (await sessions.find(caller, UUID(str(kept)))).id
    except SessionNotFound:
        return None


async def cached(runtime: Runtime, caller: Caller) -> Cached:
    """What Redis holds of the caller's newest sessions."""
    async with reachable():
        live = session_ids(await runtime.redis.smembers(LIVE_SESSIONS_KEY))
        newest = await sessions.listed(
            caller, Wanted(), Sorting(), after=None, limit=_SESSIONS_AT_ONCE, offset=0
        )
        mine = [session for session in newest.sessions if session.id in live]
        async with runtime.redis.pipeline(transaction=False) as pipe:
            for session in mine:
                pipe.memory_usage(stream_key(session.id))
            sizes = await pipe.execute()
    taken = {session.id: int(size or 0) for session, size in zip(mine, sizes, strict=True)}
    recording = sum(session.status == "recording" for session in mine)
    return Cached(taken, recording, mine[-1].id if mine else None)


async def _wanted_session(
    runtime: Runtime, caller: Caller, form: UploadForm, session_id: UUID | None
) -> UUID:
    if named := form.fields.get("session_id"):
        return sessions.session_named(named)
    wanted = session_id or await chosen(runtime, caller)
    if wanted is None:
        raise InvalidRequest(
            "session_id: say which session the file belongs to",
            fields=[{"field": "body.session_id", "message": "Field required"}],
        )
    return wanted


def file_name(form: UploadForm) -> str:
    """What the form calls its file. Raises InvalidRequest."""
    try:
        return _NAMES.validate_python(form.filename or "audio")
    except ValidationError as fault:
        message = fault.errors(include_input=False)[0]["msg"]
        raise InvalidRequest(message, fields=[{"field": "body.file", "message": message}]) from None


def file_size(form: UploadForm) -> int:
    """Bytes that came. Raises NotAudio when there are none."""
    if not form.file_bytes:
        raise service.NotAudio("The file is empty")
    return form.file_bytes


def _current_key(caller: Caller) -> str:
    return f"audio:current:{caller.user.id}"

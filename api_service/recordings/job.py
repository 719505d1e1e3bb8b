"""The job that joins what agents recorded of a meeting: a file for each who spoke, and one of all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from pydantic import JsonValue

from api_service.audio import repository as audio
from api_service.jobs import repository as jobs
from api_service.jobs.runner import JobLost, Work
from api_service.recordings import repository
from api_service.recordings.chunks import Chunks, chunks_of, from_storage
from api_service.recordings.files import FORMAT, MEDIA_TYPE, SUFFIX, PlayableFile, written
from api_service.recordings.posted import posted_name
from api_service.recordings.repository import RecordedFile
from api_service.recordings.tracks import Voice, mixed, windows
from api_service.transcribing.tools import Tools
from shared.audio import SAMPLE_RATE, Samples
from shared.storage import PIECE_BYTES

_WINDOW_SECONDS = 30.0
_MIX = "meeting"
_JOINED_PERCENT = 80.0


async def join(tools: Tools, work: Work) -> None:
    """Raises what storage raises; then the files that were there before stay."""
    await work.report(10, "finding_audio")
    session_id = work.attempt.session_id
    chunks = await chunks_of(tools.storage, session_id)
    if not chunks:
        async with tools.database.as_service() as connection:
            await jobs.finish(connection, work.attempt, {"message": "Nothing was recorded", "files": 0})
        return
    async with tools.database.as_service() as connection:
        names = await repository.names(connection, work.attempt, list(chunks))
    with TemporaryDirectory(prefix="intrascribe-recording-") as directory:
        written = await _join(tools, work, chunks, Path(directory))
        await work.report(_JOINED_PERCENT, "storing_audio")
        files = [await _store(tools, file, identity, names) for identity, file in written]
    result: dict[str, JsonValue] = {
        "message": f"The recording of {len(files) - 1} voices is ready",
        "files": len(files),
        "duration_seconds": round(max(file.duration for file in files), 3),
    }
    async with tools.database.as_service() as connection:
        if not await repository.store(connection, work.attempt, files, result=result):
            raise JobLost
        if tools.hears_again and any(posted_name(identity) is None for identity in chunks):
            await repository.hear_again(connection, work.attempt)


async def _join(
    tools: Tools, work: Work, chunks: Chunks, directory: Path
) -> list[tuple[str | None, PlayableFile]]:
    """The mix, under None, and the file of each participant, read and written side by side."""
    tracks = [(who, each) for who, its in chunks.items() for each in its.values()]
    end = max(chunk.start for _, each in tracks for chunk in each) + _WINDOW_SECONDS
    owners, voices = (
        [who for who, _ in tracks],
        [Voice(each, from_storage(tools.storage)) for _, each in tracks],
    )
    with ExitStack() as stack:
        mix, *files = [
            stack.enter_context(PlayableFile(directory / f"{number}{SUFFIX}"))
            for number in range(len(chunks) + 1)
        ]
        async for first, heard in windows(voices, seconds=_WINDOW_SECONDS):
            by_participant = [
                mixed([samples for who, samples in zip(owners, heard, strict=True) if who == each])
                for each in chunks
            ]
            await written(partial(_write, mix, files, first, by_participant))
            await work.report(10 + (_JOINED_PERCENT - 10) * min(1.0, mix.seconds / end), "joining_audio")
    return [(None, mix), *zip(chunks, files, strict=True)]


def _write(mix: PlayableFile, files: Sequence[PlayableFile], first: int, heard: Sequence[Samples]) -> None:
    for file, samples in zip([mix, *files], [mixed(heard), *heard], strict=True):
        file.rest(first - file.samples)
        file.write(samples)


async def _store(
    tools: Tools, file: PlayableFile, identity: str | None, names: dict[str, str]
) -> RecordedFile:
    file_id, digest, size = uuid4(), hashlib.sha256(), 0
    path = f"audio/{file_id}/{uuid4()}"

    async def content() -> AsyncIterator[bytes]:
        nonlocal size
        with file.path.open("rb") as source:
            while piece := await asyncio.to_thread(source.read, PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                yield piece

    async with tools.database.as_service() as connection:
        await audio.reserve(connection, path)
    await tools.storage.put(path, content(), media_type=MEDIA_TYPE)
    name = None if identity is None else names.get(identity, identity)
    return RecordedFile(
        id=file_id,
        kind="mix" if identity is None else "participant",
        participant_identity=identity,
        participant_name=name,
        filename=f"{name or _MIX}"[:200].replace("/", "-") + SUFFIX,
        path=path,
        bucket=tools.storage.name,
        size=size,
        hash=digest.hexdigest(),
        duration=file.seconds,
        format=FORMAT,
        mime=MEDIA_TYPE,
        rate=SAMPLE_RATE,
    )

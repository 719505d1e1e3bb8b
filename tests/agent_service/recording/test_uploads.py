"""Chunks on their way to storage."""

import asyncio
from collections.abc import AsyncIterable
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest

from agent_service.recording.recorder import Chunk
from agent_service.recording.spool import Spool, abandoned_spools, open_spool
from agent_service.recording.uploads import Leftovers, Uploads
from shared.audio import SAMPLE_RATE, Pcm
from shared.contracts.recordings import ChunkName, chunk_named, late_key
from shared.settings import StorageSettings
from shared.storage import Storage, StorageFailed, open_storage
from tests.scripted import until


def tone(seconds: float) -> Pcm:
    return Pcm.from_floats((0.3 * np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.2)).astype(np.float32))


@pytest.mark.parametrize("identity", ["intrascribe_user_1_2", "Zoë / 老师", "a" * 200])
def test_a_name_tells_whose_audio_it_is(identity: str) -> None:
    name = ChunkName(uuid4(), identity, "TR_AMabc", 12_340)
    assert chunk_named(name.key) == name
    assert chunk_named(name.key.replace("recordings", "audio")) is None


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return open_spool(tmp_path / "spool")


class FailingStorage:
    """A storage that is away until it is told to come back."""

    def __init__(self) -> None:
        self.away = True
        self.files: dict[str, bytes] = {}
        self.tries = 0

    async def put(self, key: str, content: AsyncIterable[bytes], *, media_type: str | None = None) -> None:
        del media_type
        self.tries += 1
        if self.away:
            raise StorageFailed("Try again soon")
        self.files[key] = b"".join([piece async for piece in content])


def uploads_to(storage: FailingStorage, spool: Spool, session_id: UUID) -> Uploads:
    return Uploads(storage, spool, session_id)  # type: ignore[arg-type]  # what is used of it is there


async def test_chunks_wait_for_a_storage_that_is_away(spool: Spool) -> None:
    storage = FailingStorage()
    uploads = uploads_to(storage, spool, uuid4())
    running = asyncio.create_task(uploads.run())
    for start in (0.0, 10.0):
        uploads.keep(Chunk(start, tone(1.0)), identity="ann", track_sid="TR_1")
    await until(lambda: storage.tries > 1)
    assert uploads.waiting == 2
    storage.away = False
    async with asyncio.timeout(10):
        await uploads.delivered()
    assert [name.start for key in storage.files if (name := chunk_named(key))] == [0.0, 10.0]
    running.cancel()


async def test_chunks_come_in_order_however_long_they_take_to_compress(spool: Spool) -> None:
    storage = FailingStorage()
    storage.away = False
    uploads = uploads_to(storage, spool, uuid4())
    running = asyncio.create_task(uploads.run())
    lengths = (60.0, 0.1, 30.0, 0.1)
    for start, seconds in enumerate(lengths):
        uploads.keep(Chunk(float(start), tone(seconds)), identity="ann", track_sid="TR_1")
    async with asyncio.timeout(10):
        await uploads.delivered()
    assert [name.start for key in storage.files if (name := chunk_named(key))] == [0.0, 1.0, 2.0, 3.0]
    running.cancel()
    assert spool.names() == []


async def test_what_a_killed_process_left_comes_to_storage_and_its_session_is_named(tmp_path: Path) -> None:
    storage = FailingStorage()
    session_id, root = uuid4(), tmp_path / "spool"
    uploads = uploads_to(storage, open_spool(root), session_id)
    running = asyncio.create_task(uploads.run())
    for start in (0.0, 10.0):
        uploads.keep(Chunk(start, tone(1.0)), identity="ann", track_sid="TR_1")
    await until(lambda: storage.tries > 1)
    running.cancel()
    assert list(abandoned_spools(root)) == []  # its process lives
    await uploads.aclose()
    storage.away = False
    leaving = asyncio.create_task(Leftovers(storage, root).run())  # type: ignore[arg-type]  # as above
    await until(lambda: len(storage.files) == 3)
    leaving.cancel()
    await asyncio.wait({leaving})
    chunks = [name for key in storage.files if (name := chunk_named(key))]
    assert [(chunk.session_id, chunk.start) for chunk in chunks] == [(session_id, 0.0), (session_id, 10.0)]
    assert late_key(session_id) in storage.files


def test_the_folder_of_a_process_goes_when_it_is_empty(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    name = ChunkName(uuid4(), "ann", "TR_1", 0)
    spool.write(name, b"chunk")
    assert spool.names() == [name]
    spool.close()
    [again] = abandoned_spools(tmp_path)
    assert again.read(name) == b"chunk"
    again.remove(name)
    again.close()
    assert list(tmp_path.iterdir()) == []


async def test_a_real_storage_has_what_was_kept(tmp_path: Path) -> None:
    storage: Storage = open_storage(StorageSettings(storage_url=(tmp_path / "files").as_uri()))
    session_id = uuid4()
    uploads = Uploads(storage, open_spool(tmp_path / "spool"), session_id)
    running = asyncio.create_task(uploads.run())
    uploads.keep(Chunk(1.25, tone(2.0)), identity="ann", track_sid="TR_1")
    async with asyncio.timeout(10):
        await uploads.delivered()
    running.cancel()
    [file] = tmp_path.rglob("*.ogg")  # noqa: ASYNC240 - a look into a test's own folder
    name = chunk_named(str(file.relative_to(tmp_path / "files")))
    assert name == ChunkName(session_id, "ann", "TR_1", 1250)

"""Chunks on their way to storage."""

import asyncio
import io
from collections.abc import AsyncIterable
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest

from agent_service.recording.recorder import Chunk
from agent_service.recording.uploads import Uploads, compressed
from shared.audio import SAMPLE_RATE, Pcm
from shared.contracts.recordings import ChunkName, chunk_named
from shared.settings import StorageSettings
from shared.storage import Storage, StorageFailed, open_storage
from tests.scripted import until


def tone(seconds: float) -> Pcm:
    return Pcm.from_floats((0.3 * np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.2)).astype(np.float32))


def test_a_chunk_is_as_long_compressed_as_before() -> None:
    with av.open(io.BytesIO(compressed(tone(9.9))), "r") as file:
        samples = sum(frame.samples for frame in file.decode(audio=0))
        assert samples / file.streams.audio[0].rate == pytest.approx(9.9, abs=0.001)


@pytest.mark.parametrize("identity", ["intrascribe_user_1_2", "Zoë / 老师", "a" * 200])
def test_a_name_tells_whose_audio_it_is(identity: str) -> None:
    name = ChunkName(uuid4(), identity, "TR_AMabc", 12_340)
    assert chunk_named(name.key) == name
    assert chunk_named(name.key.replace("recordings", "audio")) is None


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


async def test_chunks_wait_for_a_storage_that_is_away() -> None:
    storage = FailingStorage()
    uploads = Uploads(storage, uuid4())  # type: ignore[arg-type]  # what is used of it is there
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


async def test_chunks_come_in_order_however_long_they_take_to_compress() -> None:
    storage = FailingStorage()
    storage.away = False
    uploads = Uploads(storage, uuid4())  # type: ignore[arg-type]  # what is used of it is there
    running = asyncio.create_task(uploads.run())
    lengths = (60.0, 0.1, 30.0, 0.1)
    for start, seconds in enumerate(lengths):
        uploads.keep(Chunk(float(start), tone(seconds)), identity="ann", track_sid="TR_1")
    async with asyncio.timeout(10):
        await uploads.delivered()
    assert [name.start for key in storage.files if (name := chunk_named(key))] == [0.0, 1.0, 2.0, 3.0]
    running.cancel()


async def test_a_real_storage_has_what_was_kept(tmp_path: Path) -> None:
    storage: Storage = open_storage(StorageSettings(storage_url=tmp_path.as_uri()))
    session_id = uuid4()
    uploads = Uploads(storage, session_id)
    running = asyncio.create_task(uploads.run())
    uploads.keep(Chunk(1.25, tone(2.0)), identity="ann", track_sid="TR_1")
    async with asyncio.timeout(10):
        await uploads.delivered()
    running.cancel()
    [file] = tmp_path.rglob("*.ogg")  # noqa: ASYNC240 - a look into a test's own folder
    name = chunk_named(str(file.relative_to(tmp_path)))
    assert name == ChunkName(session_id, "ann", "TR_1", 1250)

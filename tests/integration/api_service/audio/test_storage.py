"""One contract for every place where files are kept."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from obstore.store import MemoryStore
from pydantic import SecretStr, ValidationError

from shared.errors import Forbidden
from shared.settings import StorageSettings
from shared.storage import (
    PIECE_BYTES,
    ObjectChanged,
    ObjectMissing,
    Storage,
    StorageBusy,
    StorageFailed,
    open_storage,
)

pytestmark = pytest.mark.integration

KINDS = ("local", "s3", "memory")


@pytest.fixture(params=KINDS)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    match request.param:
        case "local":
            return open_storage(StorageSettings(storage_url=(tmp_path / "files").as_uri()))
        case "s3":
            settings: StorageSettings = request.getfixturevalue("s3")
            return open_storage(settings)
        case _:
            return Storage(MemoryStore, name="memory")


async def several(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def breaking_off() -> AsyncIterator[bytes]:
    for _ in range(12):
        yield bytes(PIECE_BYTES)
    raise Forbidden("No more")


async def read(storage: Storage, key: str) -> bytes:
    return b"".join([piece async for piece in (await storage.open(key)).pieces()])


async def test_what_is_written_is_read(storage: Storage) -> None:
    content = bytes(range(256)) * 30_000  # more than one part of S3
    await storage.put("read/a", several(content[:1_000_000], content[1_000_000:]), media_type="audio/wav")
    assert await read(storage, "read/a") == content
    file = await storage.open("read/a")
    assert file.size == len(content)
    assert await file.part(10, 20) == content[10:20]
    assert await file.part(len(content) - 5, len(content) + 100) == content[-5:]
    assert await file.part(len(content), len(content) + 1) == b""
    assert b"".join([piece async for piece in file.pieces(7, 3_000_000)]) == content[7:3_000_000]


async def test_an_empty_file_is_a_file(storage: Storage) -> None:
    await storage.put("empty", several())
    assert await read(storage, "empty") == b""


async def test_what_is_not_there_is_missing_and_as_good_as_deleted(storage: Storage) -> None:
    with pytest.raises(ObjectMissing):
        await storage.open("nothing")
    await storage.delete("nothing")
    await storage.put("something", several(b"x"))
    await storage.delete("something")
    with pytest.raises(ObjectMissing):
        await storage.open("something")


async def test_several_remove_the_same_folder_at_once(storage: Storage) -> None:
    for number in range(100):
        await storage.put(f"folder/{number}", several(b"x"))
    await storage.put("folder-beside/1", several(b"x"))
    await asyncio.gather(*(storage.delete_below("folder/") for _ in range(4)))
    assert [key async for key in storage.keys("folder/")] == []
    assert [key async for key in storage.keys("folder-beside/")] == ["folder-beside/1"]


async def test_content_that_breaks_off_leaves_nothing_and_its_failure_passes_through(
    storage: Storage,
) -> None:
    with pytest.raises(Forbidden, match="No more"):
        await storage.put("broken/a", breaking_off())
    with pytest.raises(ObjectMissing):
        await storage.open("broken/a")


async def test_a_writer_who_is_cancelled_leaves_nothing(storage: Storage) -> None:
    begun = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield bytes(6 * PIECE_BYTES)
        begun.set()
        await asyncio.Event().wait()

    writing = asyncio.create_task(storage.put("stuck/a", stuck()))
    async with asyncio.timeout(40):
        await begun.wait()
        writing.cancel()
        await asyncio.wait([writing])
    assert writing.cancelled()
    with pytest.raises(ObjectMissing):
        await storage.open("stuck/a")


async def test_a_reader_never_gets_parts_of_two_versions(storage: Storage) -> None:
    await storage.put("versions", several(b"first" * 1000))
    file = await storage.open("versions")
    await storage.put("versions", several(b"second" * 1000))
    with pytest.raises(ObjectChanged):
        await file.part(0, 10)


async def test_more_writers_than_memory_has_room_for_are_refused(storage: Storage) -> None:
    done = asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        yield b"x"
        await done.wait()

    writers = [asyncio.create_task(storage.put(f"many/{number}", waiting())) for number in range(8)]
    async with asyncio.timeout(40):
        while True:
            await asyncio.sleep(0)
            try:
                await storage.put("many/more", several())
            except StorageBusy:
                break
        done.set()
        await asyncio.gather(*writers)
    await storage.put("many/more", several())


@pytest.mark.parametrize("key", ["../outside", "a/../../outside", "a/./b", "a\0b", "a//b"])
async def test_no_key_leads_outside(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="Could not parse path"):
        await storage.put(key, several(b"x"))


async def test_a_folder_is_for_its_owner_alone_and_made_when_it_is_needed(tmp_path: Path) -> None:
    folder = tmp_path / "with space" / "files"
    storage = open_storage(StorageSettings(storage_url=folder.as_uri()))
    assert not folder.exists()
    await storage.put("a", several(b"x"))
    assert folder.stat().st_mode & 0o077 == 0
    assert not storage.signs


async def test_a_signed_address_opens_one_file_in_one_way(s3: StorageSettings) -> None:
    storage = open_storage(s3)
    await storage.put("signed", several(b"hello"), media_type="audio/wav")
    address = await storage.sign("GET", "signed", seconds=60)
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(address, headers={"range": "bytes=1-2"})
        assert (answer.status_code, answer.content) == (206, b"el")
        assert answer.headers["content-type"] == "audio/wav"
        assert (await http.put(address, content=b"x")).status_code == 403
        assert (await http.get(address.replace("signed", "other"))).status_code == 403
        assert (await http.get(address.partition("?")[0])).status_code == 403


async def test_a_wrong_secret_is_a_failure_of_ours(s3: StorageSettings) -> None:
    wrong = s3.model_copy(update={"aws_secret_access_key": SecretStr("another")})
    with pytest.raises(StorageFailed):
        await open_storage(wrong).open("anything")


async def test_a_bucket_that_cannot_be_reached_is_a_failure_of_ours_and_soon(s3: StorageSettings) -> None:
    away = s3.model_copy(update={"aws_endpoint_url": "http://127.0.0.1:9"})
    async with asyncio.timeout(30):
        with pytest.raises(StorageFailed):
            await open_storage(away).put("anything", several(b"x"))


@pytest.mark.parametrize("url", ["/tmp/files", "file://relative", "ftp://host/files", "s3://", "memory:///"])
def test_a_place_of_another_kind_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError):
        StorageSettings(storage_url=url)

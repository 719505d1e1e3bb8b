"""Where files are kept: a local folder, S3 and what speaks its protocol, or Google Cloud Storage.

obstore is imported here alone; a service that keeps files declares it. Whoever chooses keys makes them of
ids: a key that tries to leave its store is refused by obstore itself.
"""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import GCSStore, LocalStore, ObjectStore, S3Store

from shared.errors import Conflict, NotFound, Unavailable
from shared.settings import StorageSettings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

log = structlog.get_logger()

PIECE_BYTES = 1024 * 1024
"""How much of a file is in memory for each one who reads it."""

_PART_BYTES = 5 * 1024 * 1024
"""The least that S3 takes as a part of an upload, but for the last."""

_MAX_WRITING = 8
_LISTED_AT_ONCE = 500
_CLIENT: "ClientConfig" = {"connect_timeout": "3s", "timeout": "20s"}
_RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}


class ObjectMissing(NotFound):
    code, title = "object-missing", "There is no such file"


class ObjectChanged(Conflict):
    code, title = "object-changed", "The file was replaced while it was read"


class StorageFailed(Unavailable):
    code, title = "storage-failed", "Files cannot be reached now"


class StorageBusy(Unavailable):
    code, title = "storage-busy", "Too many files are being written"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One version of an object. What is read from it is of that version, or ObjectChanged is raised."""

    size: int
    _store: ObjectStore = field(repr=False)
    _key: str
    _version: str | None

    async def part(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to and without `end`; nothing where there are none."""
        if start >= (end := min(end, self.size)):
            return b""
        with _expected("read"):
            got = await obstore.get_async(
                self._store, self._key, options={"range": (start, end), "if_match": self._version}
            )
            return bytes(await got.bytes_async())

    async def pieces(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The same in pieces of PIECE_BYTES, each fetched when asked for: a slow reader holds nothing."""
        end = self.size if end is None else end
        for position in range(start, end, PIECE_BYTES):
            yield await self.part(position, min(position + PIECE_BYTES, end))


class Storage:
    """One place for files. Every method raises StorageFailed when it cannot be reached."""

    def __init__(self, make: Callable[[], ObjectStore], *, name: str) -> None:
        self._make = make
        self._writing = 0
        self.name = name
        """The bucket, or `local`."""

    async def put(self, key: str, content: AsyncIterable[bytes], *, media_type: str | None = None) -> None:
        """Write a file that appears when it is whole, or not at all. Raises StorageBusy at once when full."""
        if self._writing >= _MAX_WRITING:
            raise StorageBusy(f"{self._writing} files are being written already")
        self._writing += 1
        local = isinstance(self._store, LocalStore)
        try:
            with _expected("write"):
                await obstore.put_async(
                    self._store,
                    key,
                    content,
                    attributes={"Content-Type": media_type} if media_type and not local else None,
                    chunk_size=PIECE_BYTES if local else _PART_BYTES,
                    max_concurrency=1,
                )
        finally:
            self._writing -= 1

    async def open(self, key: str) -> StoredFile:
        """What lies under a key now. Raises ObjectMissing."""
        with _expected("open"):
            found = await obstore.head_async(self._store, key)
        return StoredFile(found["size"], self._store, key, found["e_tag"])

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is as good as removed."""
        try:
            with _expected("delete"):
                await obstore.delete_async(self._store, key)
        except ObjectMissing:
            return

    async def keys(self, below: str) -> AsyncIterator[str]:
        """Of everything below a prefix that ends with a slash, in no particular order."""
        with _expected("list"):
            async for batch in obstore.list(self._store, below.rstrip("/"), chunk_size=_LISTED_AT_ONCE):
                for found in batch:
                    yield found["path"]

    async def delete_below(self, prefix: str) -> None:
        """Remove everything below a prefix that ends with a slash. Others may do the same at once."""
        with _expected("delete"):
            async for batch in obstore.list(self._store, prefix.rstrip("/"), chunk_size=_LISTED_AT_ONCE):
                keys = [found["path"] for found in batch]
                try:
                    await obstore.delete_async(self._store, keys)
                except FileNotFoundError:
                    # Of many the first that another has removed ends the rest.
                    for key in keys:
                        await self.delete(key)

    async def sign(self, method: Literal["GET", "PUT"], key: str, *, seconds: int) -> str:
        """An address where anybody may do this with this file for so long. Only where the store `signs`."""
        if not isinstance(self._store, S3Store | GCSStore):
            raise TypeError("a local folder has no addresses")
        with _expected("sign"):
            return await obstore.sign_async(self._store, method, key, timedelta(seconds=seconds))

    @cached_property
    def signs(self) -> bool:
        """Whether clients can be sent to the store itself."""
        return isinstance(self._store, S3Store | GCSStore)

    @cached_property
    def _store(self) -> ObjectStore:
        return self._make()


def open_storage(settings: StorageSettings) -> Storage:
    """The storage of the settings. Nothing is asked or made before its first use."""
    url = urlsplit(settings.storage_url)
    prefix = url.path.strip("/") or None
    match url.scheme:
        case "file":
            return Storage(partial(_folder, Path(unquote(url.path))), name="local")
        case "s3":
            return Storage(partial(_s3, url.netloc, prefix, settings), name=url.netloc)
        case _:
            return Storage(partial(_gcs, url.netloc, prefix), name=url.netloc)


def public_origins(settings: StorageSettings) -> list[str]:
    """Where the addresses that the storage signs may lead, as a content security policy names it."""
    url = urlsplit(settings.storage_url)
    match url.scheme:
        case "file":
            return []
        case "gs":
            return ["https://storage.googleapis.com"]
        case _ if settings.aws_endpoint_url:
            endpoint = urlsplit(settings.aws_endpoint_url)
            return [f"{endpoint.scheme}://{endpoint.netloc}"]
        case _:
            return [f"https://s3.{settings.aws_region}.amazonaws.com"]


def _folder(path: Path) -> ObjectStore:
    # What people said lies here: nobody else on this machine may look.
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(path, automatic_cleanup=True)


def _s3(bucket: str, prefix: str | None, settings: StorageSettings) -> ObjectStore:
    config: S3Config = {"region": settings.aws_region}
    if settings.aws_endpoint_url:
        config["endpoint"] = settings.aws_endpoint_url
    if settings.aws_access_key_id and settings.aws_secret_access_key:
        config["access_key_id"] = settings.aws_access_key_id
        config["secret_access_key"] = settings.aws_secret_access_key.get_secret_value()
    client: ClientConfig = {
        **_CLIENT,
        "allow_http": (settings.aws_endpoint_url or "").startswith("http://"),
    }
    return S3Store(bucket, prefix=prefix, config=config, client_options=client, retry_config=_RETRIES)


def _gcs(bucket: str, prefix: str | None) -> ObjectStore:
    return GCSStore(bucket, prefix=prefix, client_options=_CLIENT, retry_config=_RETRIES)


@contextmanager
def _expected(doing: str) -> Iterator[None]:
    """Failures of a store as ours. Those of whoever gives the content pass through."""
    try:
        yield
    except FileNotFoundError as fault:
        raise ObjectMissing("Nothing is stored there") from fault
    except PreconditionError as fault:
        raise ObjectChanged("Ask again") from fault
    except (BaseError, OSError) as fault:
        # The first line names the operation and the key; what follows would be the store's own answer.
        log.warning("storage.failed", doing=doing, reason=str(fault).partition("\n")[0][:300])
        raise StorageFailed("Try again soon") from fault

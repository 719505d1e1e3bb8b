"""Chunks on this machine's disk until storage has them, so that they outlive the process that made them.

Each process has a folder of its own and holds a lock on it for as long as it lives: a folder whose lock is
free was left behind.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from shared.contracts.recordings import ChunkName, chunk_named

_LOCK = "lock"
_UNFINISHED = "."
"""What begins so is not there yet."""


class Spool:
    """A locked folder of chunks. Whoever has it closes it; what is left in it then stays on disk."""

    def __init__(self, folder: Path, lock: int) -> None:
        self._folder = folder
        self._lock = lock

    def write(self, name: ChunkName, file: bytes) -> None:
        """Keep a chunk. It is there as a whole or not at all. Raises OSError."""
        path = self._folder / name.key
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(_UNFINISHED + path.name)
        unfinished.write_bytes(file)
        unfinished.rename(path)

    def read(self, name: ChunkName) -> bytes:
        """Raises OSError."""
        return (self._folder / name.key).read_bytes()

    def remove(self, name: ChunkName) -> None:
        (self._folder / name.key).unlink(missing_ok=True)

    def names(self) -> list[ChunkName]:
        """What is there, from the earliest on."""
        keys = (str(path.relative_to(self._folder)) for path in self._folder.rglob("*.ogg"))
        found = [name for key in keys if (name := chunk_named(key))]
        return sorted(found, key=lambda name: name.start_milliseconds)

    def close(self) -> None:
        """Remove the folder if nothing is left in it, and let others have what is."""
        if not self.names():
            shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)


def open_spool(root: Path) -> Spool:
    """A new one, for a process. Raises OSError where there can be none."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = uuid4().hex
    unfinished = root / (_UNFINISHED + name)
    unfinished.mkdir(mode=0o700)
    lock = os.open(unfinished / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return Spool(unfinished.rename(root / name), lock)


def abandoned_spools(root: Path) -> Iterator[Spool]:
    """Those of processes that are gone, locked for the caller."""
    for folder in sorted(root.glob("[!.]*/")) if root.is_dir() else ():
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # its process has just removed it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            yield Spool(folder, lock)

"""The line between a page and the API, which a test can cut and mend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_BLOCK = 65536


class Line:
    """Passes connections on to one address. While it is cut, open ones are broken and new ones refused."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        if not self._whole:
            writer.transport.abort()
            return
        with suppress(ConnectionError):
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            both = {writer, far_writer}
            self._open |= both
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(_pass_on(reader, far_writer))
                    ways.create_task(_pass_on(far_reader, writer))
            finally:
                self._open -= both

    def cut(self) -> None:
        """Break everything."""
        self._whole = False
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """Let new connections through."""
        self._whole = True


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to this address, and the address of its near end."""
    parts = urlsplit(url)
    line = Line(parts.hostname or "", parts.port or 80)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    try:
        yield line, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        line.cut()
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while block := await reader.read(_BLOCK):
            writer.write(block)
            await writer.drain()
    writer.close()

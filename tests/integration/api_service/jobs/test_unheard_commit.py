"""What was stored stays, also when nobody hears that it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from pydantic import SecretStr

from api_service.app import create_app
from api_service.settings import ApiSettings
from shared.storage import open_storage
from tests.integration.api_service.conftest import BASE_URL, Person
from tests.integration.api_service.jobs.requests import send
from tests.integration.api_service.jobs.services import recording
from tests.servers import Servers

pytestmark = pytest.mark.integration


@asynccontextmanager
async def deaf_after_an_upload(url: str) -> AsyncIterator[str]:
    """A way to the database whose connections break when an upload has been committed."""
    target = urlsplit(url)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, upstream = await asyncio.open_connection(target.hostname, target.port)
        is_upload = breaks = False

        async def back() -> None:
            while data := await answers.read(65536):
                if breaks:
                    break
                writer.write(data)
            writer.close()

        answering = asyncio.create_task(back())
        while data := await reader.read(65536):
            is_upload = is_upload or b"add_upload" in data
            breaks = is_upload and b"COMMIT" in data
            upstream.write(data)
        upstream.close()
        await answering

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    login = target.netloc.rpartition("@")[0]
    yield urlunsplit(target._replace(netloc=f"{login}@127.0.0.1:{port}"))
    server.close()


async def test_an_upload_that_was_stored_keeps_its_audio(
    ada: Person, settings: ApiSettings, servers: Servers
) -> None:
    async with deaf_after_an_upload(servers.database_url) as url:
        chosen = settings.model_copy(update={"database_url": SecretStr(url)})
        async with LifespanManager(create_app(chosen)) as manager:
            transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
                answer = await send(replace(ada, api=api), recording(1, seconds=3, salt=30))
    assert answer.status_code == 503, answer.text
    query = "select storage_path from public.audio_files where user_id = %s"
    with psycopg.connect(servers.database_admin_url) as admin:
        [(path,)] = admin.execute(query, [ada.id]).fetchall()
    assert (await open_storage(settings).open(path)).size > 0

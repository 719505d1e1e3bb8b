"""A LiveKit that takes requests and answers none, or something that is not LiveKit in its place."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager

from api_service.app import create_app
from api_service.settings import ApiSettings
from tests.integration.api_service.conftest import BASE_URL, sign_in
from tests.scripted import until
from tests.servers import Servers

pytestmark = pytest.mark.integration


class Silent:
    """What it was asked until now, by the last word of the path."""

    def __init__(self) -> None:
        self.asked = Counter[str]()
        self.hang_up = asyncio.Event()
        self.address = ""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n")
            self.asked[head.decode().split()[1].rpartition("/")[2]] += 1
            await self.hang_up.wait()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.asked["nothing"] += 1
        finally:
            writer.close()


@asynccontextmanager
async def silent_livekit() -> AsyncIterator[Silent]:
    silent = Silent()
    async with await asyncio.start_server(silent.take, "127.0.0.1", 0) as server:
        silent.address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield silent
        finally:
            silent.hang_up.set()


@asynccontextmanager
async def answering(status: str, body: bytes) -> AsyncIterator[str]:
    """Something that gives every request the same answer; yields its address."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it has changed its mind
        finally:
            writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "502 Bad Gateway"])
async def test_a_page_in_the_place_of_livekit_is_its_failure(settings: ApiSettings, status: str) -> None:
    async with answering(status, b"<html>Back soon</html>") as address:
        changed = settings.model_copy(update={"livekit_url": address})
        async with LifespanManager(create_app(changed)) as manager:
            transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
                ada = await sign_in(api, "ada")
                room = (await ada.new_session())["id"]
                answers = [
                    await ada.post("/api/v1/livekit/connection-details", {"title": "Nobody saw it"}),
                    await ada.get(f"/api/v1/livekit/rooms/{room}/status"),
                    await ada.send("POST", f"/api/v1/livekit/rooms/{room}/end"),
                    await ada.send("PUT", f"/api/v1/sessions/{room}", {"record": False}),
                ]
                assert [each.json().get("code") for each in answers[:3]] == ["upstream-failed"] * 3
                assert answers[3].status_code == 200, answers[3].text
                health = (await api.get("/health")).json()["details"]["livekit"]
                assert health["status"] == "unreachable"


async def test_who_does_not_need_livekit_is_answered_while_it_hangs(
    settings: ApiSettings, servers: Servers
) -> None:
    async with silent_livekit() as silent:
        changed = {"livekit_url": silent.address, "database_connections": 1}
        async with LifespanManager(create_app(settings.model_copy(update=changed))) as manager:
            transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as api:
                ada, bob = await sign_in(api, "ada"), await sign_in(api, "bob")
                told, left, deleted = [await ada.new_session() for _ in range(3)]
                hers = await bob.new_session()
                with psycopg.connect(servers.database_admin_url) as admin:
                    query = "update public.recording_sessions set status = 'recording' where id = any(%s)"
                    admin.execute(query, [[each["id"] for each in (told, left, deleted, hers)]])
                place = "/api/v1/sessions/"
                asking = [
                    asyncio.create_task(each)
                    for each in (
                        ada.post("/api/v1/livekit/connection-details", {"title": "Nobody saw it"}),
                        ada.send("PUT", place + told["id"], {"record": False}),
                        ada.send("PUT", place + left["id"], {"status": "completed"}),
                        ada.send("DELETE", place + deleted["id"]),
                        bob.send("DELETE", "/api/v1/users/me", {"confirm": bob.email}),
                    )
                ]
                await until(lambda: silent.asked["CreateRoom"] == 1)
                await until(lambda: silent.asked["UpdateRoomMetadata"] == 1)
                await until(lambda: silent.asked["ListParticipants"] >= 1)
                await until(lambda: silent.asked["DeleteRoom"] == 2)
                async with asyncio.timeout(2):
                    assert (await ada.get(place + told["id"])).json()["record"] is True
                assert not any(each.done() for each in asking)
                silent.hang_up.set()
                answers = await asyncio.gather(*asking)
                assert [each.json()["code"] for each in answers] == ["upstream-failed"] * 5
                titles = {each["title"] for each in (await ada.get("/api/v1/sessions")).json()}
                assert titles == {"Weekly"}
                assert (await bob.get(place + hers["id"])).status_code == 200

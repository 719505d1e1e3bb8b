"""Bodies that come slowly, or not at all, over real sockets."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from stt_service.settings import SttSettings
from tests.integration.stt_service.serving import serving
from tests.shared.test_decoding import encoded
from tests.stt_service.conftest import PATIENCE, CountingEngine
from tests.stt_service.test_app import begun, waiting

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

KINDS = {
    "/transcribe": "audio/wav",
    "/batch-transcribe": "application/json",
    "/v1/audio/transcriptions": "multipart/form-data; boundary=b",
}
LARGE = 63_000_000
PCM = {"content-type": "audio/pcm"}


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@asynccontextmanager
async def served(engine: CountingEngine, **settings: float) -> AsyncIterator[tuple[int, httpx.AsyncClient]]:
    async with (
        serving(engine, SttSettings.model_validate(settings)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http,
    ):
        yield port, http


@asynccontextmanager
async def uploading(port: int, path: str, *, announced: int | None) -> AsyncIterator[asyncio.StreamReader]:
    """The head of a request whose body does not come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    length = "transfer-encoding: chunked" if announced is None else f"content-length: {announced}"
    writer.write(
        f"POST {path} HTTP/1.1\r\nhost: stt\r\ncontent-type: {KINDS[path]}\r\n{length}\r\n\r\n".encode()
    )
    await writer.drain()
    try:
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


async def answered(reader: asyncio.StreamReader) -> tuple[int, str]:
    """The status and the head of an answer."""
    async with asyncio.timeout(PATIENCE):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    return int(head.split()[1]), head.lower()


@pytest.mark.parametrize("path", KINDS)
async def test_a_full_service_says_so_before_a_body_is_sent(engine: CountingEngine, path: str) -> None:
    async with served(engine, max_waiting=1) as (port, http):
        engine.let.clear()
        async with asyncio.TaskGroup() as callers:
            for depth in (0, 1):
                callers.create_task(http.post("/transcribe", content=bytes(3200), headers=PCM))
                await (waiting(http, "final", 1) if depth else begun(engine))
            async with uploading(port, path, announced=LARGE) as reader:
                status, head = await answered(reader)
            engine.let.set()
    assert (status, "retry-after: 1" in head) == (503, True)


@pytest.mark.parametrize("path", KINDS)
async def test_bodies_that_do_not_come_hold_places_for_a_while_only(
    engine: CountingEngine, path: str
) -> None:
    async with served(engine, max_waiting=1, body_timeout_seconds=1.5) as (port, http):
        async with (
            uploading(port, path, announced=10) as first,
            uploading(port, path, announced=10) as second,
        ):
            await taken(http, path)
            assert {(await answered(each))[0] for each in (first, second)} == {408}
        assert (await http.post("/transcribe", content=bytes(3200), headers=PCM)).status_code == 200


async def taken(http: httpx.AsyncClient, path: str) -> None:
    """Until all places are."""
    headers = {"content-type": KINDS[path]}
    async with asyncio.timeout(PATIENCE):
        while (await http.post(path, content=b"", headers=headers)).status_code != 503:
            pass


@pytest.mark.parametrize("announced", [LARGE, None], ids=["announced", "in chunks"])
async def test_all_bodies_together_have_a_bound(engine: CountingEngine, announced: int | None) -> None:
    async with served(engine, max_bodies_bytes=130_000_000) as (port, http):
        async with (
            uploading(port, "/transcribe", announced=announced),
            uploading(port, "/v1/audio/transcriptions", announced=announced),
        ):
            status = 408
            async with asyncio.timeout(PATIENCE):
                while status != 503:
                    async with uploading(port, "/transcribe", announced=announced) as third:
                        try:
                            async with asyncio.timeout(0.2):
                                status, _ = await answered(third)
                        except TimeoutError:
                            continue
            small = await http.post("/transcribe", content=bytes(3200), headers=PCM)
            assert small.status_code == 200
        async with asyncio.timeout(PATIENCE):
            whole = httpx.Response(503)
            while whole.status_code == 503:
                whole = await http.post("/transcribe", content=bytes(32_000_000), headers=PCM)
        assert whole.status_code == 413  # there is room for it, and it is too long


async def test_whoever_was_let_in_is_decoded_too(engine: CountingEngine) -> None:
    file, headers = encoded("flac", "flac", seconds=0.5), {"content-type": "audio/flac"}
    async with served(engine) as (_, http):
        answers = await asyncio.gather(
            *(http.post("/transcribe", content=file, headers=headers) for _ in range(30))
        )
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 503}
    assert sum(answer.status_code == 200 for answer in answers) >= 17
    assert refused <= {"engine-busy"}


async def test_nothing_is_decoded_for_a_caller_who_has_hung_up(engine: CountingEngine) -> None:
    file = encoded("flac", "flac", rate=8_000, seconds=3_000)
    gone = re.compile(r'_count{method="POST",route="/transcribe",service="stt",status="499"} ([\d.]+)')
    headers = {"content-type": "audio/flac"}
    async with served(engine, max_audio_seconds=4_000) as (_, http):

        async def hung_up() -> float:
            found = gone.search((await http.get("/metrics")).text)
            return float(found[1]) if found else 0.0

        before = await hung_up()
        posting = asyncio.create_task(http.post("/transcribe", content=file, headers=headers))
        async with asyncio.timeout(PATIENCE):
            while not (children_of_ours := decoding()):  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)
            [child] = children_of_ours
            os.kill(child, signal.SIGSTOP)  # it takes as long as it takes
            posting.cancel()
            while await hung_up() == before:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            os.kill(child, signal.SIGCONT)
            while decoding():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    assert not engine.batches


def decoding() -> list[int]:
    """The processes that decode: those that ours forked have forked."""
    return [grandchild for child in children(os.getpid()) for grandchild in children(child)]


def children(process_id: int) -> list[int]:
    found = ""
    for thread in Path(f"/proc/{process_id}/task").iterdir():
        with suppress(OSError):
            found += (thread / "children").read_text() + " "
    return [int(child) for child in found.split()]

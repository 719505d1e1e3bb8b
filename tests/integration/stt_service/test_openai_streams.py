"""Text that comes while the rest is still being recognised, over a real socket."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator

import httpx
import numpy as np
import openai
import pytest
from openai import AsyncOpenAI

from stt_service.engine import Recognised, Speech
from tests.integration.stt_service.test_openai_client import FILE, MODEL, QUIET, served
from tests.stt_service.conftest import PATIENCE, CountingEngine
from tests.stt_service.test_bodies import wav

pytestmark = pytest.mark.integration

LONG = ("long.wav", wav(np.full(40 * 16_000, 1000, np.int16).tobytes()))


class SteppingEngine(CountingEngine):
    """Recognises one piece each time it is let."""

    max_batch_size = 1

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.step = threading.Semaphore(0), threading.Semaphore(0)

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        self.asked.release()
        assert self.step.acquire(timeout=PATIENCE)
        return super().transcribe(batch)


@pytest.fixture
def engine() -> SteppingEngine:
    return SteppingEngine()


@pytest.fixture
async def client(engine: SteppingEngine) -> AsyncIterator[AsyncOpenAI]:
    async with served(engine) as client:
        yield client
        engine.step.release(10)


async def test_text_comes_before_the_rest_is_recognised(client: AsyncOpenAI, engine: SteppingEngine) -> None:
    engine.step.release()
    stream = await client.audio.transcriptions.create(file=FILE, model=MODEL, stream=True)
    first = await anext(aiter(stream))
    assert first.type == "transcript.text.delta"
    assert len(engine.batches) == 1
    engine.step.release()
    second, done = [event async for event in stream]
    assert second.type == "transcript.text.delta"
    assert done.type == "transcript.text.done"
    assert done.text == first.delta + second.delta
    assert done.text.count("samples") == 2


async def test_silence_is_a_stream_without_text(client: AsyncOpenAI, engine: SteppingEngine) -> None:
    engine.step.release()
    stream = await client.audio.transcriptions.create(file=QUIET, model=MODEL, stream=True)
    [done] = [event async for event in stream]
    assert (done.type, getattr(done, "text", None)) == ("transcript.text.done", "")


async def test_an_engine_that_breaks_on_the_way_ends_the_stream_with_an_error(
    client: AsyncOpenAI, engine: SteppingEngine
) -> None:
    engine.step.release()
    stream = await client.audio.transcriptions.create(file=FILE, model=MODEL, stream=True)
    events = aiter(stream)
    assert (await anext(events)).type == "transcript.text.delta"
    engine.broken = True
    engine.step.release()
    with pytest.raises(openai.APIError, match="logged under the request id") as fault:
        await anext(events)
    assert (fault.value.type, fault.value.code) == ("server_error", "internal_error")
    engine.broken = False
    engine.step.release()
    assert (await client.audio.transcriptions.create(file=QUIET, model=MODEL)).text == ""


async def test_an_engine_that_breaks_before_any_text_is_a_response_of_its_own(
    client: AsyncOpenAI, engine: SteppingEngine
) -> None:
    engine.broken = True
    engine.step.release()
    with pytest.raises(openai.InternalServerError) as fault:
        await client.audio.transcriptions.create(file=FILE, model=MODEL, stream=True)
    assert fault.value.status_code == 500


async def metrics(client: AsyncOpenAI) -> str:
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        return (await http.get(str(client.base_url).replace("/v1/", "/metrics"))).text


async def waiting(client: AsyncOpenAI, depth: int) -> None:
    """Until so many requests wait."""
    async with asyncio.timeout(PATIENCE):
        while f'intrascribe_queue_depth{{queue="stt-final"}} {depth:.1f}' not in await metrics(client):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def ended(client: AsyncOpenAI) -> float:
    """How many requests for transcriptions have ended in this process."""
    lines = re.findall(
        r"intrascribe_request_seconds_count.*transcriptions.* (\S+)$", await metrics(client), re.MULTILINE
    )
    return sum(map(float, lines))


async def asked(engine: SteppingEngine) -> None:
    assert await asyncio.to_thread(engine.asked.acquire, timeout=PATIENCE)


async def test_a_full_queue_refuses_a_stream_before_it_begins(
    client: AsyncOpenAI, engine: SteppingEngine
) -> None:
    create = client.audio.transcriptions.create
    async with asyncio.TaskGroup() as callers:
        callers.create_task(create(file=QUIET, model=MODEL))
        await asked(engine)
        callers.create_task(create(file=QUIET, model=MODEL))
        await waiting(client, 1)
        with pytest.raises(openai.InternalServerError) as refused:
            await create(file=FILE, model=MODEL, stream=True)
        engine.step.release(2)
    assert (refused.value.status_code, refused.value.code) == (503, "engine_busy")
    assert refused.value.response.headers["retry-after"] == "1"


async def test_a_client_who_hangs_up_in_a_stream_frees_its_place(
    client: AsyncOpenAI, engine: SteppingEngine
) -> None:
    create = client.audio.transcriptions.create
    before = await ended(client)
    engine.step.release()
    stream = await create(file=LONG, model=MODEL, stream=True)
    assert (await anext(aiter(stream))).type == "transcript.text.delta"
    for _ in range(2):
        await asked(engine)
    # The second piece is being recognised.
    await stream.close()
    async with asyncio.timeout(PATIENCE):
        while await ended(client) == before:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.005)
    engine.step.release(2)
    assert (await create(file=QUIET, model=MODEL)).text == ""
    assert [batch[0].audio.seconds > 1 for batch in engine.batches] == [True, True, False]

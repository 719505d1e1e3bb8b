"""The official client, unmodified and strict, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import numpy as np
import openai
import pytest
from openai import AsyncOpenAI

from shared.contracts.stt import Word
from stt_service.engine import Recognised, Speech
from stt_service.settings import SttSettings
from tests.integration.stt_service.serving import serving
from tests.stt_service.conftest import PATIENCE, CountingEngine
from tests.stt_service.test_app import begun
from tests.stt_service.test_bodies import wav

pytestmark = pytest.mark.integration

SETTINGS = SttSettings(max_waiting=1)
MODEL = "gpt-4o-transcribe"
LOUD = np.full(14 * 16_000, 1000, np.int16)
FILE = ("speech.wav", wav(LOUD.tobytes()))
QUIET = ("quiet.wav", wav(bytes(32_000)))


class WordEngine(CountingEngine):
    """Also knows where its words are."""

    name = "word-counting"
    has_words = True

    def transcribe(self, batch: list[Speech]) -> list[Recognised]:
        return [
            Recognised(each.segments, each.language, words=[Word(text="samples", start=0, end=0.5)])
            for each in super().transcribe(batch)
        ]


@asynccontextmanager
async def served(engine: CountingEngine, settings: SttSettings = SETTINGS) -> AsyncIterator[AsyncOpenAI]:
    async with (
        serving(engine, settings) as port,
        AsyncOpenAI(
            base_url=f"http://127.0.0.1:{port}/v1",
            api_key="any",
            max_retries=0,
            timeout=PATIENCE,
            _strict_response_validation=True,
        ) as client,
    ):
        yield client


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
async def client(engine: CountingEngine) -> AsyncIterator[AsyncOpenAI]:
    async with served(engine) as client:
        yield client


async def test_models_are_listed_and_aliases_name_the_one_that_answers(client: AsyncOpenAI) -> None:
    assert [model.id async for model in await client.models.list()] == ["counting"]
    assert (await client.models.retrieve("counting")).id == "counting"
    assert (await client.models.retrieve("whisper-1")).id == "counting"
    with pytest.raises(openai.NotFoundError) as fault:
        await client.models.retrieve("unheard-of")
    assert (fault.value.code, fault.value.type) == ("model_not_found", "invalid_request_error")


async def test_json_is_text_and_the_answer_names_its_engine(client: AsyncOpenAI) -> None:
    raw = await client.audio.transcriptions.with_raw_response.create(
        file=FILE, model=MODEL, language="en", prompt="Intrascribe, LiveKit", temperature=0
    )
    assert raw.headers["openai-model"] == "counting"
    heard = raw.parse()
    assert heard.text.endswith("samples")
    assert heard.usage
    assert (await client.audio.transcriptions.create(file=QUIET, model=MODEL)).text == ""


async def test_a_prompt_gives_hints(client: AsyncOpenAI, engine: CountingEngine) -> None:
    await client.audio.transcriptions.create(file=FILE, model=MODEL, prompt="Intrascribe, LiveKit\n会议")
    assert engine.batches[0][0].hints == ("Intrascribe", "LiveKit", "会议")


async def test_a_temperature_reaches_the_engine(client: AsyncOpenAI, engine: CountingEngine) -> None:
    create = client.audio.transcriptions.create
    await create(file=FILE, model=MODEL, temperature=0.7)
    async for _ in await create(file=FILE, model=MODEL, temperature=0.3, stream=True):
        pass
    await create(file=FILE, model=MODEL)
    temperatures = [speech.temperature for batch in engine.batches for speech in batch]
    assert list(dict.fromkeys(temperatures)) == [0.7, 0.3, 0.0]


async def test_text_and_subtitles_are_text(client: AsyncOpenAI) -> None:
    create = client.audio.transcriptions.create
    text = await create(file=FILE, model=MODEL, response_format="text")
    srt = await create(file=FILE, model=MODEL, response_format="srt")
    vtt = await create(file=FILE, model=MODEL, response_format="vtt")
    assert text.endswith("samples\n")
    assert srt.startswith("1\n00:00:00,000 --> 00:00:")
    assert "\n\n2\n" in srt
    assert vtt.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:")


async def test_verbose_json_has_segments(client: AsyncOpenAI) -> None:
    heard = await client.audio.transcriptions.create(
        file=FILE, model="whisper-1", language="en", response_format="verbose_json"
    )
    assert heard.segments
    assert (heard.duration, heard.language, heard.words) == (14, "en", None)
    assert [each.id for each in heard.segments] == [0, 1]
    assert (heard.segments[0].start, heard.segments[1].end) == (0, 14)
    assert heard.segments[0].avg_logprob == pytest.approx(-0.693, abs=0.001)


async def test_words_come_from_an_engine_that_knows_them() -> None:
    async with served(WordEngine()) as client:
        create = client.audio.transcriptions.create
        words = await create(
            file=FILE, model=MODEL, response_format="verbose_json", timestamp_granularities=["word"]
        )
        both = await create(
            file=FILE,
            model=MODEL,
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )
    assert words.words
    assert words.segments is None
    assert [each.word for each in words.words] == ["samples", "samples"]
    assert words.words[1].start > 2
    assert both.words == words.words
    assert both.segments


async def test_words_that_nobody_knows_are_refused_before_anything_is_heard(
    client: AsyncOpenAI, engine: CountingEngine
) -> None:
    with pytest.raises(openai.BadRequestError, match="times of words") as fault:
        await client.audio.transcriptions.create(
            file=FILE, model=MODEL, response_format="verbose_json", timestamp_granularities=["word"]
        )
    assert fault.value.param == "timestamp_granularities[]"
    assert not engine.batches


async def test_a_stream_ends_with_the_text_of_its_deltas(client: AsyncOpenAI) -> None:
    stream = await client.audio.transcriptions.create(file=FILE, model=MODEL, stream=True)
    deltas, done = [], None
    async for event in stream:
        if event.type == "transcript.text.delta":
            deltas.append(event.delta)
        elif event.type == "transcript.text.done":
            done = event.text
    assert len(deltas) == 2
    assert done == "".join(deltas)


async def test_failures_are_the_clients_own(client: AsyncOpenAI) -> None:
    create = client.audio.transcriptions.create
    with pytest.raises(openai.BadRequestError) as undecodable:
        await create(file=("a.mp3", b"no audio"), model=MODEL)
    assert undecodable.value.code == "undecodable_audio"
    with pytest.raises(openai.NotFoundError) as unknown:
        await create(file=FILE, model="unheard-of")
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match="no diarization service is configured") as speakers:
        await create(file=FILE, model=MODEL, response_format="diarized_json")
    assert (speakers.value.param, speakers.value.code) == ("response_format", "invalid_parameter")


async def test_a_client_who_hangs_up_frees_its_place(client: AsyncOpenAI, engine: CountingEngine) -> None:
    create = client.audio.transcriptions.create
    metrics = str(client.base_url).replace("/v1/", "/metrics")
    engine.let.clear()
    first = asyncio.create_task(create(file=QUIET, model=MODEL))
    await begun(engine)
    impatient = asyncio.create_task(create(file=QUIET, model=MODEL))
    async with httpx.AsyncClient(timeout=PATIENCE) as http, asyncio.timeout(PATIENCE):

        async def depth(number: float) -> None:
            line = f'intrascribe_queue_depth{{queue="stt-final"}} {number:.1f}'
            while line not in (await http.get(metrics)).text:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)

        await depth(1)
        with pytest.raises(openai.InternalServerError, match="already waiting"):
            await create(file=QUIET, model=MODEL)
        impatient.cancel()
        await depth(0)
        engine.let.set()
        assert (await first).text == ""

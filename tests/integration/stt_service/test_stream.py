"""Our own stream, over real sockets, with an engine that counts samples."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import pairwise

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from shared.contracts.captions import segment_id
from shared.contracts.stream import Start, Stop, StreamCaption, StreamProblem
from shared.listening import Ear, SpeechGate
from shared.segmenter import Segmenter
from stt_service.settings import SttSettings
from tests.integration.stt_service.serving import serving
from tests.integration.stt_service.streams import Client, streaming, tape
from tests.stt_service.conftest import PATIENCE, CountingEngine
from tests.stt_service.test_app import begun

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

SENTENCES = "....############......................########......"


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
async def port(engine: CountingEngine) -> AsyncIterator[int]:
    async with serving(engine, SttSettings(max_streams=2, allowed_origins="https://meet.example")) as port:
        yield port


def finals(captions: list[StreamCaption]) -> list[tuple[str, str]]:
    return [(caption.segment_id, caption.text) for caption in captions if caption.final]


def expected(audio: bytes, *, track: str = "a") -> list[tuple[str, str]]:
    """The finals of the same audio heard in one piece."""
    ear = Ear(SpeechGate(lambda _: 1.0, threshold=0.5), Segmenter(max_seconds=11.5))
    utterances = [*ear.hear(audio), *ear.end()]
    return [
        (f"{track}-{round(each.start * 1000)}", f"{len(each.audio.samples)} samples")
        for each in utterances
        if each.final
    ]


async def test_captions_come_as_partials_and_then_as_finals_with_the_ids_of_a_room(port: int) -> None:
    async with streaming(port) as client:
        listening = await client.start()
        await client.send(tape("....############..."))
        partial = await client.caption()
        await client.send(tape("......."))
        captions = [partial, *await client.stop()]
    assert (listening.track, listening.offset) == ("a", 0.0)
    assert (listening.engine, listening.model) == ("scripted", "counting")
    assert all(before.revision < after.revision for before, after in pairwise(captions))
    assert {caption.segment_id for caption in captions} == {"a-84"}
    assert [caption.final for caption in captions] == [False] * (len(captions) - 1) + [True]
    assert captions[-1].text == "27456 samples"
    assert (captions[-1].start, captions[-1].end, captions[-1].confidence) == (0.084, 1.8, 0.5)


@pytest.mark.parametrize("piece", [333, 1_000_001])
async def test_pieces_of_any_size_are_heard_alike(port: int, piece: int) -> None:
    async with streaming(port) as client:
        await client.start()
        await client.send(tape(SENTENCES), piece=piece)
        captions = await client.stop()
    assert finals(captions) == expected(tape(SENTENCES))
    assert len(finals(captions)) == 2


async def test_another_sample_rate_is_heard_at_the_same_places(port: int) -> None:
    async with streaming(port) as client:
        await client.start(Start(track="a", sample_rate=48_000))
        await client.send(tape(SENTENCES, rate=48_000))
        captions = [caption for caption in await client.stop() if caption.final]
    assert [(round(each.start, 1), round(each.end, 1)) for each in captions] == [(0.1, 1.8), (3.5, 4.8)]


async def test_what_is_being_said_when_the_client_stops_becomes_a_final(port: int) -> None:
    async with streaming(port) as client:
        await client.start()
        await client.send(tape("....#####"))
        assert finals(await client.stop()) == expected(tape("....#####"))


async def test_silence_has_no_captions(port: int) -> None:
    async with streaming(port) as client:
        await client.start()
        await client.send(tape("." * 100))
        assert await client.stop() == []


async def test_a_client_faster_than_the_engine_is_kept_back_and_loses_nothing(
    engine: CountingEngine, port: int
) -> None:
    recording = tape(SENTENCES * 60)
    engine.let.clear()
    async with streaming(port) as client:
        await client.start()
        sending = asyncio.create_task(client.send(recording, piece=64_000))
        await begun(engine)
        await still(client.socket.transport.get_write_buffer_size)
        assert not sending.done()
        engine.let.set()
        captions = await asyncio.gather(sending, reading(client))
    assert finals(captions[1]) == expected(recording)
    assert len(finals(captions[1])) == 120


async def reading(client: Client) -> list[StreamCaption]:
    """Captions until the last of the recording's finals, then those to the end."""
    captions: list[StreamCaption] = []
    while len(finals(captions)) < 119:
        captions.append(await client.caption())
    return [*captions, *await client.stop()]


async def still(size: Callable[[], int]) -> None:
    """Until the client's own buffer is full and stays so: nobody takes anything from it."""
    before, same = -1, 0
    async with asyncio.timeout(PATIENCE):
        while same < 5:
            await asyncio.sleep(0.02)
            same = same + 1 if size() == before > 0 else 0
            before = size()


async def test_a_stream_goes_on_where_a_broken_one_ended(port: int) -> None:
    whole = tape(SENTENCES)
    async with streaming(port) as client:
        await client.start()
        await client.send(whole)
        uninterrupted = await client.stop()
    first, second = (caption for caption in uninterrupted if caption.final)
    async with streaming(port) as client:
        await client.start(Start(track="a", offset=first.end))
        await client.send(whole[round(first.end * 16_000) * 2 :])
        resumed = [caption for caption in await client.stop() if caption.final]
    assert [(each.text, each.final) for each in resumed] == [(second.text, True)]
    assert resumed[0].start == pytest.approx(second.start, abs=0.033)
    assert resumed[0].segment_id == f"a-{round(resumed[0].start * 1000)}"


async def test_what_is_resumed_counts_more_than_the_partials_before(port: int) -> None:
    whole = tape("....", rate=16_000) + tape("#" * 200)  # cut once, and then goes on
    async with streaming(port) as client:
        await client.start()
        await client.send(whole)
        broken: list[StreamCaption] = []
        while not any(caption.final for caption in broken):
            broken.append(await client.caption())
        client.socket.transport.abort()
    last = next(caption for caption in broken if caption.final)
    cut = segment_id("a", last.end)
    async with streaming(port) as client:
        floor = max(caption.revision for caption in broken) + 1
        await client.start(Start(track="a", offset=last.end, revision=floor))
        await client.send(whole[round(last.end * 16_000) * 2 :])
        resumed = await client.stop()
    # What was cut goes on under the id that partials of it had, or would have had, before.
    again = [caption for caption in resumed if caption.segment_id == cut]
    assert again[-1].final
    assert again[0].revision >= floor
    assert [each.revision for each in again] == sorted(each.revision for each in again)


async def test_words_that_were_nobodys_go_again_from_a_resumed_stream(
    engine: CountingEngine, port: int
) -> None:
    engine.hears = False
    async with streaming(port) as client:
        await client.start(Start(track="a", revision=7))
        await client.send(tape("#####"))
        captions = await client.stop()
    assert [(each.text, each.revision, each.final) for each in captions] == [("", 7, True)]


async def final(client: Client) -> StreamCaption:
    """The next one."""
    while not (caption := await client.caption()).final:
        pass
    return caption


async def test_what_is_being_said_ends_when_no_audio_comes(port: int) -> None:
    async with streaming(port) as client:
        await client.start()
        await client.send(tape("....#####"))
        caption = await asyncio.wait_for(final(client), PATIENCE)
        await client.send(tape("....#####"))
        after = await client.stop()
    assert caption.text == expected(tape("....#####"))[0][1]
    assert len(finals(after)) == 1
    assert after[-1].start > caption.end


async def test_a_client_that_sends_seldom_but_much_has_not_paused(port: int) -> None:
    async with streaming(port) as client:
        await client.start()
        await client.send(tape("#" * 15), piece=1_000_000)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(final(client), 1.3)
        await client.send(tape("#" * 15), piece=1_000_000)
        assert [text for _, text in finals(await client.stop())] == ["48000 samples"]


async def test_two_streams_do_not_mix(port: int) -> None:
    scripts = {"a": SENTENCES, "b": "##########" + "." * 10 + "#######"}
    async with streaming(port) as a, streaming(port) as b:
        clients = {"a": a, "b": b}
        for track, client in clients.items():
            await client.start(Start(track=track))
        for place in range(0, max(map(len, scripts.values())), 3):
            for track, client in clients.items():
                await client.send(tape(scripts[track][place : place + 3]))
        for track, client in clients.items():
            assert finals(await client.stop()) == expected(tape(scripts[track]), track=track)


async def test_language_hints_and_words_reach_the_engine(engine: CountingEngine, port: int) -> None:
    async with streaming(port) as client:
        await client.start(Start(language="en-US", hints=["Intrascribe", "会议"], words=True))
        await client.send(tape("#####"))
        captions = await client.stop()
    asked = engine.batches[-1][0]
    assert (asked.language, asked.hints, asked.want_words) == ("en-US", ("Intrascribe", "会议"), True)
    assert captions[0].segment_id.startswith("stream-")
    assert (captions[0].language, captions[0].words) == ("en-US", None)


async def test_an_engine_that_fails_costs_one_utterance_and_says_so(
    engine: CountingEngine, port: int
) -> None:
    async with streaming(port) as client:
        await client.start()
        engine.broken = True
        await client.send(tape("....#######........"))
        failed = await client.caption()
        engine.broken = False
        await client.send(tape("....#######........"))
        *_, heard = await client.stop()
    assert (failed.final, failed.text, failed.failure) == (True, "", "engine-failed")
    assert (heard.final, heard.failure) == (True, None)


START = Start().model_dump_json(exclude_none=True)
MISTAKES: dict[str, tuple[list[str | bytes], str, int]] = {
    "no JSON": (["hello"], "invalid-request", 1008),
    "no object": (["[1]"], "invalid-request", 1008),
    "audio before the start": ([bytes(320)], "invalid-request", 1008),
    "a stop before the start": (['{"type": "stop"}'], "invalid-request", 1008),
    "two starts": ([START, START], "invalid-request", 1008),
    "an impossible rate": (['{"type": "start", "sample_rate": 1}'], "invalid-request", 1008),
    "no number": (['{"type": "start", "offset": NaN}'], "invalid-request", 1008),
    "a field that nobody knows": (['{"type": "start", "x": 1}'], "invalid-request", 1008),
    "a track that is no name": (['{"type": "start", "track": "\\u0000"}'], "invalid-request", 1008),
    "a message without end": ([START, bytes(2_000_000)], "message-too-large", 1009),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_is_answered_with_a_problem_and_a_close_code(port: int, mistake: str) -> None:
    messages, code, close_code = MISTAKES[mistake]
    async with streaming(port) as client:
        for message in messages:
            await client.socket.send(message)
        *_, problem = [said async for said in client.said()]
        assert isinstance(problem, StreamProblem)
        assert (problem.problem.code, problem.problem.instance) == (code, "/stream")
        assert client.socket.close_code == close_code
    async with streaming(port) as another:
        await another.start()
        assert await another.stop() == []


async def test_places_are_bounded_and_a_client_that_vanishes_frees_its_own(port: int) -> None:
    async with streaming(port) as client, streaming(port) as vanishing:
        await client.start()
        await vanishing.start()
        assert await open_streams(port) == 2
        with pytest.raises(InvalidStatus) as refused:
            async with streaming(port):
                pass
        vanishing.socket.transport.abort()
        async with asyncio.timeout(PATIENCE):
            while await open_streams(port) > 1:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)
        async with streaming(port) as another:
            await another.start()
            assert await another.stop() == []
        assert await client.stop() == []
    response = refused.value.response
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.headers["content-type"] == "application/problem+json"
    assert b'"code":"too-many-streams"' in (response.body or b"")


async def open_streams(port: int) -> float:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http:
        metrics = (await http.get("/metrics")).text
    return float(metrics.partition('intrascribe_open_streams{service="stt"} ')[2].partition("\n")[0])


async def test_a_client_that_vanishes_while_its_words_are_heard_frees_the_engine(
    engine: CountingEngine, port: int
) -> None:
    engine.let.clear()
    async with streaming(port) as occupying, streaming(port) as vanishing:
        await occupying.start()
        await occupying.send(tape("#######........"))
        await begun(engine)
        await vanishing.start()
        await vanishing.send(tape("#########......"))
        await depth(port, 1)
        vanishing.socket.transport.abort()
        await depth(port, 0)
        engine.let.set()
        assert len(finals(await occupying.stop())) == 1


async def test_a_client_that_vanishes_after_its_stop_frees_its_place(
    engine: CountingEngine, port: int
) -> None:
    engine.let.clear()
    async with streaming(port) as vanishing:
        await vanishing.start()
        await vanishing.send(tape("#######"))
        await vanishing.tell(Stop())
        await begun(engine)
        vanishing.socket.transport.abort()
        async with asyncio.timeout(PATIENCE):
            while await open_streams(port):  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)


async def test_a_client_that_vanishes_while_it_is_kept_waiting_frees_its_place(
    engine: CountingEngine, port: int
) -> None:
    engine.let.clear()
    async with streaming(port) as vanishing:
        await vanishing.start()
        await vanishing.send(tape(SENTENCES * 4))
        await begun(engine)
        vanishing.socket.transport.abort()
        async with asyncio.timeout(PATIENCE):
            while await open_streams(port):  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)


async def test_a_service_that_stops_says_so_to_its_streams(engine: CountingEngine) -> None:
    async with AsyncExitStack() as clients:
        async with serving(engine, SttSettings()) as port:
            client = await clients.enter_async_context(streaming(port))
            await client.start()
        assert [message async for message in client.said()] == []
        assert client.socket.close_code == 1012


async def depth(port: int, number: float) -> None:
    line = f'intrascribe_queue_depth{{queue="stt-final"}} {number:.1f}'
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE) as http, asyncio.timeout(PATIENCE):
        while line not in (await http.get("/metrics")).text:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.005)


async def test_only_pages_that_are_allowed_may_open_streams(port: int) -> None:
    async with streaming(port, origin="https://meet.example") as client:
        await client.start()
        assert await client.stop() == []
    with pytest.raises(InvalidStatus) as refused:
        async with streaming(port, origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403
    assert b'"code":"foreign-origin"' in (refused.value.response.body or b"")


async def test_a_stream_that_sends_nothing_is_closed(engine: CountingEngine) -> None:
    async with (
        serving(engine, SttSettings(stream_idle_seconds=0.05)) as port,
        streaming(port) as client,
    ):
        await client.start()
        problem = await client.next()
        assert isinstance(problem, StreamProblem)
        assert (problem.problem.code, problem.problem.status) == ("socket-idle", 408)

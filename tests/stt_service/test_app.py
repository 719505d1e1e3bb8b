"""The speech service as its callers meet it."""

import asyncio

import httpx
import numpy as np
import pytest

from shared.audio import Pcm
from shared.clients.http import UpstreamRefused
from shared.clients.stt import SttClient
from shared.errors import UpstreamFailed
from stt_service.settings import SttSettings
from tests.stt_service.conftest import PATIENCE, CountingEngine, Serve


def loud(seconds: float) -> Pcm:
    return Pcm.from_samples(np.full(round(seconds * 16_000), 1000, np.int16))


async def begun(engine: CountingEngine) -> None:
    assert await asyncio.to_thread(engine.begun.acquire, timeout=PATIENCE)


async def waiting(http: httpx.AsyncClient, queue: str, depth: int) -> None:
    """Until that many requests wait."""
    line = f'intrascribe_queue_depth{{queue="stt-{queue}"}} {depth:.1f}'
    async with asyncio.timeout(PATIENCE):
        while line not in (await http.get("/metrics")).text:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.005)


async def test_speech_comes_back_as_segments(stt: SttClient) -> None:
    heard = await stt.transcribe(loud(0.5), language="en")
    assert (heard.text, heard.language, heard.audio_seconds) == ("8000 samples", "en", 0.5)
    assert [(each.start, each.end, each.confidence) for each in heard.segments] == [(0, 0.5, 0.5)]
    assert (heard.success, heard.error_message, heard.confidence_score) == (True, "", 0.5)
    assert 0 <= heard.inference_seconds < PATIENCE


async def test_silence_has_no_words(stt: SttClient) -> None:
    heard = await stt.transcribe(Pcm(bytes(32_000)))
    assert (heard.text, heard.segments, heard.confidence_score, heard.language) == ("", [], None, None)


async def test_long_audio_is_heard_in_pieces_with_positions_in_the_whole(stt: SttClient) -> None:
    heard = await stt.transcribe(loud(30))
    assert len(heard.segments) == 3
    assert (heard.segments[0].start, heard.segments[-1].end) == (0, 30)
    assert all(
        before.end == after.start for before, after in zip(heard.segments, heard.segments[1:], strict=False)
    )
    assert sum(int(each.text.split()[0]) for each in heard.segments) == 480_000


async def test_requests_that_wait_together_are_heard_together(stt: SttClient, engine: CountingEngine) -> None:
    engine.let.clear()
    async with asyncio.TaskGroup() as callers:
        callers.create_task(stt.transcribe(loud(0.1)))
        await begun(engine)
        for seconds, language in ((0.2, "en"), (0.3, "zh")):
            callers.create_task(stt.transcribe(loud(seconds), language=language))
        await waiting(stt._http, "final", 2)
        engine.let.set()
    assert [[speech.audio.seconds for speech in batch] for batch in engine.batches] == [[0.1], [0.2, 0.3]]
    assert [speech.language for speech in engine.batches[1]] == ["en", "zh"]


async def test_a_full_queue_is_a_retryable_problem(http: httpx.AsyncClient, engine: CountingEngine) -> None:
    stt = SttClient(http)
    engine.let.clear()
    async with asyncio.TaskGroup() as callers:
        for _ in range(5):
            callers.create_task(stt.transcribe(loud(0.1)))
            await begun(engine) if not engine.batches else None
        await waiting(http, "final", 4)
        refused = await http.post("/transcribe", content=bytes(2), headers={"content-type": "audio/pcm"})
        with pytest.raises(UpstreamFailed, match="engine-busy"):
            await stt.transcribe(loud(0.1))
        engine.let.set()
    assert (refused.status_code, refused.json()["code"]) == (503, "engine-busy")
    assert (refused.json()["retryable"], refused.headers["retry-after"]) == (True, "1")


async def test_a_partial_does_not_wait_behind_finals(stt: SttClient, engine: CountingEngine) -> None:
    engine.let.clear()
    async with asyncio.TaskGroup() as callers:
        callers.create_task(stt.transcribe(loud(0.1)))
        await begun(engine)
        callers.create_task(stt.transcribe(loud(0.1)))
        await waiting(stt._http, "final", 1)
        with pytest.raises(UpstreamFailed, match="engine-busy"):
            await stt.transcribe(loud(0.1), priority="partial")
        engine.let.set()


async def test_audio_that_is_too_long_is_refused(http: httpx.AsyncClient) -> None:
    stt = SttClient(http)
    with pytest.raises(UpstreamRefused, match="audio-too-long"):
        await stt.transcribe(loud(30.1))
    answer = await http.post("/transcribe", content=bytes(2), headers={"content-type": "audio/pcm"})
    assert answer.status_code == 200


@pytest.mark.parametrize("query", ["priority=urgent", "language=<script>", "language=" + "x" * 40])
async def test_a_query_that_makes_no_sense_is_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.post(f"/transcribe?{query}", content=bytes(2), headers={"content-type": "audio/pcm"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_health_and_information_name_the_model_and_its_bounds(http: httpx.AsyncClient) -> None:
    health, info = (await http.get("/health")).json(), (await http.get("/info")).json()
    assert (health["service_name"], health["status"]) == ("Intrascribe STT Service", "healthy")
    assert health["details"] == {
        "model_loaded": True,
        "model_load_time": health["details"]["model_load_time"],
        "model_device": "cpu",
        "model_dir": "models/counting",
    }
    assert health["uptime_seconds"] >= 0
    assert (info["service"]["name"], info["service"]["version"]) == (
        health["service_name"],
        health["version"],
    )
    assert (info["model"]["engine"], info["model"]["model"]) == ("scripted", "counting")
    assert info["model"]["languages"] == ["en", "zh"]
    assert info["model"]["chosen_because"] == "the tests ask for it"
    assert info["model"]["has_words"] is False
    assert (info["config"]["max_audio_length"], info["config"]["batch_size"]) == (30, 4)


async def test_the_batch_size_of_the_information_is_what_a_batch_may_have(
    serve: Serve, engine: CountingEngine
) -> None:
    engine.max_batch_size = 1
    async with serve(SttSettings(max_batch_size=3, max_waiting=9)) as http:
        config = (await http.get("/info")).json()["config"]
        item = {"audio_data": {"sample_rate": 16_000, "audio_array": [0.5]}, "session_id": "s"}
        answers = [await http.post("/batch-transcribe", json=[item] * count) for count in (3, 4)]
    assert (config["batch_size"], config["engine_batch_size"]) == (3, 1)
    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[1].json()["detail"] == "Batch size too large. Max: 3"


async def test_metrics_count_inference(http: httpx.AsyncClient) -> None:
    await SttClient(http).transcribe(loud(0.1))
    metrics = (await http.get("/metrics")).text
    assert 'intrascribe_inference_seconds_count{engine="counting",service="stt"}' in metrics
    assert 'route="/transcribe"' in metrics


async def test_the_documentation_shows_every_kind_of_body(http: httpx.AsyncClient) -> None:
    documented = (await http.get("/openapi.json")).json()["paths"]["/transcribe"]["post"]["requestBody"][
        "content"
    ]
    assert {
        "application/json",
        "audio/pcm;rate=16000",
        "audio/wav",
        "application/octet-stream",
    } < documented.keys()


async def test_an_engine_that_breaks_is_our_fault_and_passes(stt: SttClient, engine: CountingEngine) -> None:
    engine.broken = True
    with pytest.raises(UpstreamFailed, match="internal-error"):
        await stt.transcribe(loud(0.1))
    engine.broken = False
    assert (await stt.transcribe(loud(0.1))).text == "1600 samples"

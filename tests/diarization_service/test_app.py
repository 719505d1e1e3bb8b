"""The diarization service as its callers meet it."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from diarization_service.diarization import GivenUp
from diarization_service.settings import DiarizationSettings
from shared.audio import Pcm
from shared.clients.diarization import DiarizationClient
from shared.clients.http import UpstreamRefused
from shared.contracts.diarization import Progress, SpeakerCount
from shared.errors import UpstreamFailed
from shared.speakers import Turn
from tests.diarization_service.conftest import (
    PATIENCE,
    AlternatingEngine,
    Serve,
    app_without,
    loud,
    serving,
    wav,
)

PCM = {"content-type": "audio/pcm;rate=16000"}
TWO_WAIT = 'intrascribe_queue_depth{queue="diarization-final"} 2.0'


async def begun(engine: AlternatingEngine) -> None:
    assert await asyncio.to_thread(engine.begun.acquire, timeout=PATIENCE)


async def test_our_client_gets_exclusive_turns_labelled_in_order_of_appearance(
    client: DiarizationClient,
) -> None:
    assert await client.diarize(loud(2.5)) == [
        Turn(0, 1, "SPEAKER_00"),
        Turn(1, 2, "SPEAKER_01"),
        Turn(2, 2.5, "SPEAKER_00"),
    ]


async def test_turns_overlap_where_that_is_asked_for(http: httpx.AsyncClient) -> None:
    answer = await http.post("/diarize?exclusive=false", content=loud(2).data, headers=PCM)
    assert [(each["start_time"], each["end_time"]) for each in answer.json()["segments"]] == [
        (0, 1),
        (0.75, 2),
    ]


async def test_silence_has_no_speaker(http: httpx.AsyncClient) -> None:
    answer = (await http.post("/diarize", content=bytes(32_000), headers=PCM)).json()
    assert (answer["segments"], answer["speaker_count"], answer["success"]) == ([], 0, True)


async def test_the_documented_request_gets_the_documented_answer(http: httpx.AsyncClient) -> None:
    body = {"audio_data": wav(loud(2)).hex(), "file_format": "wav", "session_id": "a session"}
    answer = (await http.post("/diarize", json=body)).json()
    assert answer["segments"] == [
        {"start_time": 0.0, "end_time": 1.0, "speaker_label": "SPEAKER_00", "duration": 1.0},
        {"start_time": 1.0, "end_time": 2.0, "speaker_label": "SPEAKER_01", "duration": 1.0},
    ]
    assert (answer["success"], answer["speaker_count"], answer["error_message"]) == (True, 2, "")
    assert answer["processing_time_ms"] >= 0
    assert answer["audio_seconds"] == 2


async def test_a_file_may_come_as_a_form(http: httpx.AsyncClient, engine: AlternatingEngine) -> None:
    answer = await http.post(
        "/diarize-file?max_speakers=9",
        files={"audio_file": ("meeting.wav", wav(loud(2)))},
        data={"session_id": "s", "min_speakers": "2"},
    )
    assert (answer.status_code, answer.json()["speaker_count"]) == (200, 2)
    assert engine.asked == [SpeakerCount(min_speakers=2, max_speakers=9)]


async def test_the_number_of_speakers_reaches_the_engine(
    client: DiarizationClient, http: httpx.AsyncClient, engine: AlternatingEngine
) -> None:
    await client.diarize(loud(1), speakers=SpeakerCount(num_speakers=3))
    await http.post("/diarize?max_speakers=4", json={"audio_data": wav(loud(1)).hex(), "max_speakers": 2})
    await client.diarize(loud(1))
    await client.diarize(loud(1), speakers=SpeakerCount(min_speakers=30))
    assert engine.asked == [
        SpeakerCount(num_speakers=3),
        SpeakerCount(max_speakers=2),
        SpeakerCount(max_speakers=20),
        SpeakerCount(min_speakers=30, max_speakers=30),
    ]


@pytest.mark.parametrize("accept", [{"accept": "text/x-rttm"}, {}])
async def test_turns_come_as_rttm(http: httpx.AsyncClient, accept: dict[str, str]) -> None:
    body = {"audio_data": wav(loud(1.5)).hex(), "session_id": "a b"}
    answer = await http.post("/diarize" + ("" if accept else "?format=rttm"), json=body, headers=accept)
    assert answer.headers["content-type"] == "text/x-rttm; charset=utf-8"
    assert answer.text == (
        "SPEAKER a_b 1 0.000 1.000 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
        "SPEAKER a_b 1 1.000 0.500 <NA> <NA> SPEAKER_01 <NA> <NA>\n"
    )


def events(text: str) -> list[tuple[str, dict[str, object]]]:
    """Names and data."""
    found = []
    for block in text.split("\n\n"):
        if block.startswith("event: "):
            name, _, data = block.removeprefix("event: ").partition("\ndata: ")
            found.append((name, json.loads(data)))
    return found


async def test_progress_comes_before_the_result(http: httpx.AsyncClient, engine: AlternatingEngine) -> None:
    answer = await http.post("/diarize", content=loud(1).data, headers=PCM | {"accept": "text/event-stream"})
    heard = events(answer.text)
    assert heard[0] == ("progress", {"stage": "waiting", "percent": 0})
    percents = [data["percent"] for name, data in heard if name == "progress"]
    assert percents == sorted(percents, key=float)  # type: ignore[arg-type]  # numbers, each of them
    assert heard[-1][0] == "result"
    assert heard[-1][1]["speaker_count"] == 1


async def test_a_failure_after_the_beginning_is_an_event(
    http: httpx.AsyncClient, engine: AlternatingEngine
) -> None:
    engine.broken = True
    answer = await http.post("/diarize?format=events", content=loud(1).data, headers=PCM)
    name, problem = events(answer.text)[-1]
    assert (answer.status_code, name, problem["code"]) == (200, "error", "internal-error")
    engine.broken = False
    assert (await http.post("/diarize", content=loud(1).data, headers=PCM)).status_code == 200


async def pieces(audio: Pcm) -> AsyncIterator[bytes]:
    for first in range(0, len(audio.data), 10_000):
        yield audio.data[first : first + 10_000]


async def test_a_client_follows_how_far_its_stream_is(client: DiarizationClient) -> None:
    told: list[Progress] = []
    turns = await client.diarize_stream(pieces(loud(1)), follow=told.append)
    assert turns == await client.diarize(loud(1))
    assert told[0] == Progress(stage="waiting", percent=0)
    assert told[-1].percent > 0


async def test_a_client_of_a_stream_hears_of_failures_before_and_after_the_beginning(
    client: DiarizationClient, engine: AlternatingEngine
) -> None:
    with pytest.raises(UpstreamRefused) as too_long:
        await client.diarize_stream(pieces(loud(30.1)))
    assert too_long.value.reason == "audio-too-long"
    engine.broken = True
    with pytest.raises(UpstreamRefused, match="broke off") as broken:
        await client.diarize_stream(pieces(loud(1)))
    assert broken.value.reason == "internal-error"


async def test_a_full_house_refuses_at_once(http: httpx.AsyncClient, engine: AlternatingEngine) -> None:
    client = DiarizationClient(http)
    engine.let.clear()
    async with asyncio.TaskGroup() as callers:
        waiting = [callers.create_task(client.diarize(loud(0.1))) for _ in range(3)]
        await begun(engine)
        async with asyncio.timeout(PATIENCE):
            while TWO_WAIT not in (await http.get("/metrics")).text:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.005)
        with pytest.raises(UpstreamFailed, match="engine-busy"):
            await client.diarize(loud(0.1))
        refused = await http.post("/diarize?format=events", content=bytes(2), headers=PCM)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        engine.let.set()
    assert all(task.result() for task in waiting)
    assert await client.diarize(loud(0.1))


async def test_whoever_hangs_up_ends_the_work(http: httpx.AsyncClient, engine: AlternatingEngine) -> None:
    client = DiarizationClient(http)
    engine.let.clear()
    impatient = asyncio.create_task(client.diarize(loud(0.1)))
    await begun(engine)
    impatient.cancel()
    await asyncio.wait([impatient])
    engine.let.set()
    assert await client.diarize(loud(0.1))
    assert isinstance(engine.ended_by, GivenUp)


async def test_audio_that_is_too_long_is_refused(http: httpx.AsyncClient) -> None:
    with pytest.raises(UpstreamRefused, match="audio-too-long"):
        await DiarizationClient(http).diarize(loud(30.1))


async def test_without_a_model_nobody_is_invented(engine: AlternatingEngine) -> None:
    reason = "voices is not there; fetch it with: make models FETCH=voices"
    async with serving(app_without(reason, DiarizationSettings())) as http:
        refused = await http.post("/diarize", content=loud(1).data, headers=PCM)
        form = await http.post("/diarize-file", files={"audio_file": ("a.wav", wav(loud(1)))})
        health, info = await http.get("/health"), (await http.get("/info")).json()
    assert (refused.status_code, refused.json()["code"]) == (503, "diarization-unavailable")
    assert (refused.json()["detail"], refused.headers["retry-after"]) == (reason, "60")
    assert form.status_code == 503
    assert (health.status_code, health.json()["status"]) == (503, "unhealthy")
    assert health.json()["details"]["diarization_available"] is False
    assert health.json()["details"]["missing"] == info["diarization"]["missing"] == reason


async def test_health_and_information_name_the_model_and_its_bounds(serve: Serve) -> None:
    settings = DiarizationSettings.model_validate({"max_speakers": 7, "hf_token": "hf_secret"})
    async with serve(settings) as http:
        health, info = (await http.get("/health")).json(), (await http.get("/info")).json()
    assert (health["service_name"], health["status"]) == ("Intrascribe Diarization Service", "healthy")
    assert health["details"] == {
        "diarization_available": True,
        "missing": None,
        "model_load_time": health["details"]["model_load_time"],
        "model_name": "alternating",
        "device": "cpu",
        "token_configured": True,
    }
    assert (info["diarization"]["available"], info["config"]["max_speakers"]) == (True, 7)
    assert info["diarization"]["chosen_because"] == "the tests ask for it"
    assert "hf_secret" not in json.dumps([health, info])


async def test_metrics_count_inference(http: httpx.AsyncClient) -> None:
    await DiarizationClient(http).diarize(loud(0.1))
    metrics = (await http.get("/metrics")).text
    assert 'intrascribe_inference_seconds_count{engine="alternating",service="diarization"}' in metrics
    assert 'route="/diarize"' in metrics


async def test_an_engine_that_breaks_is_our_fault_and_passes(
    client: DiarizationClient, engine: AlternatingEngine
) -> None:
    engine.broken = True
    with pytest.raises(UpstreamFailed, match="internal-error"):
        await client.diarize(loud(0.1))
    engine.broken = False
    assert await client.diarize(Pcm(bytes(2))) == []

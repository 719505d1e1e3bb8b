"""The service with its real engine and files as they come."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from shared.audio import Pcm
from shared.clients.stt import SttClient
from shared.decoding_child import decode
from tests.models.stt_service.words import errors, words

pytestmark = pytest.mark.models

JFK = words(
    "and so my fellow americans ask not what your country can do for you ask what you can do for your country"
)


async def test_the_documented_example_is_answered_though_its_language_is_not_ours(
    http: httpx.AsyncClient, recordings: Path
) -> None:
    audio = Pcm(decode((recordings / "longform" / "jfk.flac").read_bytes(), max_seconds=60))
    for numbers in (audio.floats.round(4).tolist(), audio.samples.tolist()):
        body = {"audio_data": {"sample_rate": 16_000, "audio_array": numbers, "format": "wav"}}
        answer = await http.post(
            "/transcribe",
            content=json.dumps(body | {"session_id": "s", "language": "zh-CN"}),
            headers={"content-type": "application/json"},
        )
        assert errors(JFK, words(answer.json()["text"])) <= 2
        assert answer.json()["language"] == "en"


async def test_a_short_final_passes_a_long_recording(http: httpx.AsyncClient, recordings: Path) -> None:
    stt, jfk = (
        SttClient(http),
        Pcm(decode((recordings / "longform" / "jfk.flac").read_bytes(), max_seconds=60)),
    )
    long = asyncio.create_task(stt.transcribe(Pcm(jfk.data * 8)))
    pieces_before_the_short_one = 3
    metric = 'intrascribe_inference_seconds_count{engine="moonshine-tiny-en",service="stt"} '

    async def pieces() -> float:
        text = (await http.get("/metrics")).text
        return float(text.partition(metric)[2].partition("\n")[0] or 0)

    before = await pieces()
    async with asyncio.timeout(60):
        while await pieces() < before + pieces_before_the_short_one:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.01)
        short = await stt.transcribe(jfk)
        assert not long.done()
        assert words(short.text) == JFK
        assert len(words((await long).text)) == pytest.approx(8 * len(JFK), rel=0.1)


async def test_the_information_says_what_is_served_and_why(http: httpx.AsyncClient) -> None:
    model = (await http.get("/info")).json()["model"]
    assert (model["engine"], model["model"]) == ("moonshine", "moonshine-tiny-en")
    assert (model["languages"], model["loaded"]) == (["en"], True)
    assert model["chosen_because"] == "STT_ENGINE asks for moonshine"

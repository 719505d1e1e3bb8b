"""The service with its real engine and files as they come."""

import asyncio
import json
import time
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


async def post(
    http: httpx.AsyncClient, file: Path, content_type: str = "application/octet-stream"
) -> httpx.Response:
    headers = {"content-type": content_type}
    content = file.read_bytes()  # noqa: ASYNC240 - nobody else is served meanwhile
    return await http.post("/transcribe", content=content, headers=headers)


async def test_the_same_words_are_heard_in_every_format(http: httpx.AsyncClient, recordings: Path) -> None:
    files = sorted((recordings / "formats").iterdir())
    assert len(files) > 20
    for file in files:
        answer = await post(http, file)
        assert answer.status_code == 200, file.name
        heard = words(answer.json()["text"])
        said = JFK[: len(heard)] if file.name == "jfk_video.mp4" else JFK
        assert len(heard) > 5, file.name
        assert errors(said, heard) <= 2, file.name


@pytest.mark.parametrize("content_type", ["application/octet-stream", "audio/wav", "audio/mpeg"])
async def test_hostile_files_are_refused_or_heard_soon_and_the_service_lives(
    http: httpx.AsyncClient, recordings: Path, content_type: str
) -> None:
    files = sorted((recordings / "hostile").iterdir())
    assert len(files) > 25
    for file in files:
        began = time.monotonic()
        answer = await post(http, file, content_type)
        assert answer.status_code in (200, 400), file.name
        assert time.monotonic() - began < 10, file.name
        if answer.status_code == 200 and file.name != "ch8_48k.wav":
            assert answer.json()["text"] == "", file.name
    assert (
        words((await post(http, recordings / "formats" / "jfk_16k.wav", "audio/wav")).json()["text"]) == JFK
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
    assert (model["engine"], model["languages"], model["loaded"]) == ("moonshine-tiny-en", ["en"], True)
    assert model["chosen_because"].startswith("auto takes the first that is there")

"""The official client and the real engine."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from openai import AsyncOpenAI

from tests.models.stt_service.words import errors, words

pytestmark = pytest.mark.models

SAID = words(
    "and so my fellow americans ask not what your country can do for you ask what you can do for your country"
)


async def test_the_same_words_come_in_every_format(http: httpx.AsyncClient, recordings: Path) -> None:
    file = await asyncio.to_thread((recordings / "longform" / "jfk.flac").read_bytes)
    form = {"model": "whisper-1", "language": "en"}
    for response_format in ("json", "text", "srt", "vtt", "verbose_json"):
        answer = await http.post(
            "/v1/audio/transcriptions",
            data=form | {"response_format": response_format},
            files={"file": ("jfk.flac", file)},
        )
        assert answer.headers["openai-model"] == "moonshine-tiny-en"
        text = answer.json()["text"] if response_format.endswith("json") else answer.text
        cues = re.sub(r"WEBVTT|^\d+$|.* --> .*", "", text, flags=re.MULTILINE)
        assert errors(SAID, words(cues)) <= 2, response_format


async def test_the_official_client_hears_a_stream(http: httpx.AsyncClient, recordings: Path) -> None:
    client = AsyncOpenAI(
        base_url="http://stt/v1",
        api_key="any",
        http_client=http,  # type: ignore[arg-type]  # httpx is taken too, its types name httpx2 alone
        _strict_response_validation=True,
    )
    file = recordings / "formats" / "jfk_16k.wav"
    stream = await client.audio.transcriptions.create(file=file, model="whisper-1", stream=True)
    events = [event async for event in stream]
    done = events[-1]
    assert done.type == "transcript.text.done"
    assert errors(SAID, words(done.text)) <= 2

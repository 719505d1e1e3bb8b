"""livekit-plugins-openai, unmodified, against the speech service as a process of its own."""

import asyncio
import os
import re
import subprocess
import time
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import httpx
import pytest
from livekit import rtc
from livekit.agents import stt
from livekit.agents.utils import http_context
from livekit.plugins import openai
from openai import AsyncOpenAI

from embedded.environments import install
from shared.audio import SAMPLE_RATE, Pcm
from tests.integration.agent_service.conftest import free_port
from tests.servers import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.models]

RECORDING = ROOT.parent / "shared" / "data" / "formats" / "jfk_16k.wav"
SPEECH = (
    "And so, my fellow Americans: ask not what your country can do for you; "
    "ask what you can do for your country."
)
PATIENCE = 60.0


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address under which OpenAI's clients find it."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "STT_PORT": str(port), "STT_ENGINE": "moonshine"}
    with subprocess.Popen([install("stt"), "-m", "stt_service"], cwd=ROOT, env=environment) as process:
        try:
            _await_health(process, f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(60)


def _await_health(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the service ended; what it printed says why"
        with suppress(httpx.TransportError):
            if httpx.get(address, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise TimeoutError("the speech service did not start")


@pytest.fixture
def recording() -> Pcm:
    if not RECORDING.is_file():
        pytest.skip("no recordings in ../shared/data")
    with wave.open(str(RECORDING)) as file:
        return Pcm(file.readframes(file.getnframes()))


@pytest.fixture
async def http() -> AsyncIterator[None]:
    """What a plugin finds in an agent's job."""
    async with http_context.open():
        yield


def frames(audio: Pcm) -> list[rtc.AudioFrame]:
    """Of 100 ms each."""
    size = SAMPLE_RATE // 10 * 2
    pieces = [audio.data[place : place + size] for place in range(0, len(audio.data), size)]
    return [rtc.AudioFrame(piece, SAMPLE_RATE, 1, len(piece) // 2) for piece in pieces]


@pytest.fixture
async def client(service: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=service, api_key="any", max_retries=0) as client:
        yield client


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


SAID = words(SPEECH)


async def test_it_recognises_a_recording(client: AsyncOpenAI, recording: Pcm) -> None:
    event = await openai.STT(client=client, model="gpt-4o-mini-transcribe").recognize(frames(recording))
    assert event.type == stt.SpeechEventType.FINAL_TRANSCRIPT
    assert words(event.alternatives[0].text) == SAID


async def test_it_learns_the_language_where_it_asks_for_everything(
    client: AsyncOpenAI, recording: Pcm
) -> None:
    plugin = openai.STT(client=client, model="whisper-1", detect_language=True)
    event = await plugin.recognize(frames(recording))
    assert event.alternatives[0].language == "en"


async def test_it_streams(client: AsyncOpenAI, recording: Pcm, http: None) -> None:
    plugin = openai.STT(client=client, model="gpt-4o-transcribe", use_realtime=True)
    async with asyncio.timeout(PATIENCE), plugin.stream() as stream:
        for frame in frames(Pcm(recording.data + bytes(2 * SAMPLE_RATE * 2))):
            stream.push_frame(frame)
        events = await until_all_is_said(stream)
    await plugin.aclose()
    assert events[0].type == stt.SpeechEventType.START_OF_SPEECH
    finals = [event for event in events if event.type == stt.SpeechEventType.FINAL_TRANSCRIPT]
    assert len({final.request_id for final in finals}) == len(finals) > 1
    assert abs(len(said_in(events)) - len(SAID)) <= 1
    assert len(set(SAID) - set(said_in(events))) <= 1


async def until_all_is_said(stream: stt.RecognizeStream) -> list[stt.SpeechEvent]:
    """All events up to the final with the last word, which the speech has twice."""
    events: list[stt.SpeechEvent] = []
    async for event in stream:
        events.append(event)
        if said_in(events)[-1:] == SAID[-1:] and said_in(events).count(SAID[-1]) == 2:
            return events
    raise AssertionError("the stream ended before its last word")


def said_in(events: list[stt.SpeechEvent]) -> list[str]:
    """The words of all finals."""
    finals = [event for event in events if event.type == stt.SpeechEventType.FINAL_TRANSCRIPT]
    return words(" ".join(final.alternatives[0].text for final in finals))

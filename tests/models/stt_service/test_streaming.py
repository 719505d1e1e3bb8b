"""Streams with the real engine, the real detector and recorded speech."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
import pytest

from shared.audio import SAMPLE_RATE, Pcm
from shared.clients.stt import SttClient
from shared.contracts.stream import Start, StreamCaption
from shared.decoding_child import decode
from shared.listening import Framer
from stt_service.app import create_app
from stt_service.engines.silero import SpeechDetector, VoiceFollower
from tests.integration.stt_service.serving import serving_app
from tests.integration.stt_service.streams import Client, streaming
from tests.models.stt_service.conftest import ROOT, SETTINGS
from tests.models.stt_service.words import errors, words

pytestmark = pytest.mark.models

PAUSE = Pcm(bytes(2 * SAMPLE_RATE))
NETWORK = ROOT / "models" / "silero-vad" / "silero_vad_16k_sequence.onnx"


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with serving_app(create_app(SETTINGS)) as port:
        yield port


def recorded(recordings: Path, *place: str) -> Pcm:
    return Pcm(decode(recordings.joinpath(*place).read_bytes(), max_seconds=60))


async def captions_of(client: Client, audio: Pcm, *, track: str) -> list[StreamCaption]:
    await client.start(Start(track=track, language="en-US"))
    await client.send(audio.data + PAUSE.data)
    return await client.stop()


def text(captions: list[StreamCaption]) -> list[str]:
    return words(" ".join(caption.text for caption in captions if caption.final))


async def test_a_stream_hears_the_words_that_a_file_has(port: int, recordings: Path) -> None:
    audio = recorded(recordings, "longform", "jfk.flac")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        whole = await SttClient(http).transcribe(audio)
    async with streaming(port) as client:
        captions = await captions_of(client, audio, track="a")
    assert errors(words(whole.text), text(captions)) <= 2
    finals = [caption for caption in captions if caption.final]
    assert len(finals) > 1
    assert all(before.end <= after.start for before, after in pairwise(finals))
    for final in finals:
        versions = [each for each in captions if each.segment_id == final.segment_id]
        assert all(before.revision < after.revision for before, after in pairwise(versions))
        assert [each.final for each in versions] == [False] * (len(versions) - 1) + [True]
        assert final.segment_id == f"a-{round(final.start * 1000)}"
        assert final.confidence
        assert final.confidence > 0.5


async def test_partials_come_while_somebody_speaks(port: int, recordings: Path) -> None:
    audio = recorded(recordings, "longform", "jfk.flac")
    async with streaming(port) as client:
        await client.start()
        await client.send(audio.slice(0, 2).data)
        partial = await client.caption()
        assert not partial.final
        assert words(partial.text)[:2] == ["and", "so"]
        await client.stop()


async def test_two_streams_at_once_do_not_mix(port: int, recordings: Path) -> None:
    audio = recorded(recordings, "longform", "jfk.flac")
    first, second = audio.slice(0, 4), audio.slice(5, 11)
    async with streaming(port) as a, streaming(port) as b:
        heard = await asyncio.gather(captions_of(a, first, track="a"), captions_of(b, second, track="b"))
    assert text(heard[0])[:5] == ["and", "so", "my", "fellow", "americans"]
    assert "americans" not in text(heard[1])
    assert text(heard[1])[-1] == "country"
    assert {caption.segment_id[0] for caption in heard[1]} == {"b"}


@pytest.mark.parametrize("loudness", [0.001, 0.02, 0.2])
async def test_noise_has_no_captions(port: int, loudness: float) -> None:
    noise = np.random.default_rng(7).normal(0, loudness, 8 * SAMPLE_RATE).astype(np.float32)
    async with streaming(port) as client:
        assert await captions_of(client, Pcm.from_floats(noise), track="a") == []


def test_frame_by_frame_the_detector_says_what_it_says_of_the_whole(recordings: Path) -> None:
    audio = recorded(recordings, "longform", "jfk.flac")
    follow = VoiceFollower(NETWORK).follow()
    one_by_one = np.array([follow(frame) for frame in Framer().push(audio.data)])
    whole = SpeechDetector(NETWORK, threads=1)._probabilities(audio.floats)
    assert np.abs(one_by_one - whole[: len(one_by_one)]).max() < 1e-4


def test_voices_are_followed_apart(recordings: Path) -> None:
    frames = list(Framer().push(recorded(recordings, "longform", "jfk.flac").data))
    network = VoiceFollower(NETWORK)
    alone, together, other = network.follow(), network.follow(), network.follow()
    for frame, disturbance in zip(frames[:100], frames[100:], strict=False):
        other(disturbance)
        assert together(frame) == alone(frame)

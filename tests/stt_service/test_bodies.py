"""What callers may send, and what becomes of the rest."""

import io
import json
import wave

import httpx
import numpy as np
import pytest

from shared.audio import Pcm
from tests.stt_service.conftest import CountingEngine

SECOND = (np.sin(np.arange(16_000) / 10) * 8000).astype(np.int16)


def wav(samples: bytes, *, rate: int = 16_000, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, width, rate, 0, "NONE", ""))
        writer.writeframes(samples)
    return file.getvalue()


def documented(audio_array: object, *, rate: object = 16_000, **more: object) -> bytes:
    body = {
        "audio_data": {"sample_rate": rate, "audio_array": audio_array, "format": "wav"},
        "session_id": "s",
    }
    return json.dumps(body | more).encode()


async def post(http: httpx.AsyncClient, content: bytes, content_type: str | None) -> httpx.Response:
    headers = {"content-type": content_type} if content_type else {}
    return await http.post("/transcribe", content=content, headers=headers)


def heard(engine: CountingEngine) -> Pcm:
    return engine.batches[-1][0].audio


@pytest.mark.parametrize(
    ("content_type", "content", "samples"),
    [
        ("audio/pcm", SECOND.tobytes(), 16_000),
        ("audio/pcm;rate=16000", SECOND.tobytes(), 16_000),
        ("Audio/PCM; Rate=48000", SECOND.tobytes(), 5_333),
        ("audio/wav", wav(SECOND.tobytes()), 16_000),
        ("audio/x-wav", wav(SECOND.tobytes(), rate=8_000), 32_000),
        ("audio/wav", wav(bytes(48_000), width=3), 16_000),
        ("application/octet-stream", wav(SECOND.tobytes()), 16_000),
        ("video/mp4", wav(SECOND.tobytes()), 16_000),
        ("application/json", documented([0.1] * 100), 100),
        ("application/json; charset=utf-8", documented([0.1] * 100, rate=8_000), 200),
    ],
)
async def test_every_documented_kind_of_body_is_heard(
    http: httpx.AsyncClient, engine: CountingEngine, content_type: str, content: bytes, samples: int
) -> None:
    answer = await post(http, content, content_type)
    assert answer.status_code == 200
    assert len(heard(engine).samples) == pytest.approx(samples, abs=1)


@pytest.mark.parametrize(
    ("numbers", "samples"),
    [
        ([-1, -0.5, 0, 0.5, 1.0], [-32767, -16384, 0, 16384, 32767]),
        ([-32768, -0.5, 0, 100.4, 32767], [-32768, 0, 0, 100, 32767]),
        ([0, 1, -1, 1], [0, 1, -1, 1]),
        ([0, 0], [0, 0]),
        ([0.0, 32768.0], [0, 32767]),
        ([0.5, -1.001, 1.9], [16384, -32768, 32767]),
        ([3.5, -1200.25, 0.5], [4, -1200, 0]),
        ([2, -2, 1], [2, -2, 1]),
    ],
    ids=[
        "[-1, 1]",
        "16 bits",
        "near silence on 16 bits",
        "silence",
        "clipped",
        "[-1, 1] with overshoot",
        "fractions on 16 bits",
        "whole numbers are on 16 bits",
    ],
)
async def test_numbers_on_either_scale_are_understood(
    http: httpx.AsyncClient, engine: CountingEngine, numbers: list[float], samples: list[int]
) -> None:
    assert (await post(http, documented(numbers), "application/json")).status_code == 200
    assert heard(engine).samples.tolist() == samples


async def test_the_documented_body_names_its_language_and_a_query_overrules_it(
    http: httpx.AsyncClient, engine: CountingEngine
) -> None:
    body = documented([0.1], language="en-GB")
    for path in ("/transcribe", "/transcribe?language=zh-CN"):
        await http.post(path, content=body, headers={"content-type": "application/json"})
    await post(http, documented([0.1]), "application/json")
    assert [batch[0].language for batch in engine.batches] == ["en-GB", "zh-CN", "zh-CN"]


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "nonsense",
        "image/png",
    ],
)
async def test_other_kinds_of_content_are_not_served(
    http: httpx.AsyncClient, content_type: str | None
) -> None:
    answer = await post(http, SECOND.tobytes(), content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("audio/pcm", b""),
        ("audio/pcm", b"odd"),
        ("audio/pcm;rate=0", bytes(2)),
        ("audio/pcm;rate=-16000", bytes(2)),
        ("audio/pcm;rate=99999999999999999999", bytes(2)),
        ("audio/pcm;rate=fast", bytes(2)),
        ("audio/pcm;channels=2", bytes(4)),
        ("audio/wav", b""),
        ("audio/wav", wav(b"")),
        ("audio/wav", b"RIFF" + bytes(100)),
        ("audio/mpeg", b"#EXTM3U\n/etc/passwd\n"),
        ("application/octet-stream", b"hello"),
    ],
)
async def test_broken_audio_is_refused(http: httpx.AsyncClient, content_type: str, content: bytes) -> None:
    answer = await post(http, content, content_type)
    assert (answer.status_code, answer.json()["code"]) == (400, "undecodable-audio")
    assert answer.json()["retryable"] is False


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"\xff", None),
        (documented([float("nan")]), None),
        (b"[1]", "body"),
        (b"{}", "body.audio_data"),
        (b'{"audio_data": 1}', "body.audio_data"),
        (b'{"audio_data": {"sample_rate": 16000}}', "body.audio_data.audio_array"),
        (documented([]), "body.audio_data.audio_array"),
        (documented(None), "body.audio_data.audio_array"),
        (documented("UklGRg=="), "body.audio_data.audio_array"),
        (documented([1, "2"]), "body.audio_data.audio_array"),
        (documented([0.5, None]), "body.audio_data.audio_array"),
        (documented([[0.1], [0.2, 0.3]]), "body.audio_data.audio_array"),
        (documented([[0.1], [0.2]]), "body.audio_data.audio_array"),
        (documented([True, False]), "body.audio_data.audio_array"),
        (documented([1e30]), "body.audio_data.audio_array"),
        (documented([10**30]), "body.audio_data.audio_array"),
        (documented([0.1], rate=0), "body.audio_data.sample_rate"),
        (documented([0.1], rate=10**9), "body.audio_data.sample_rate"),
        (documented([0.1], language="<script>"), "body.language"),
    ],
)
async def test_json_that_describes_no_audio_is_refused_by_field(
    http: httpx.AsyncClient, engine: CountingEngine, content: bytes, field: str | None
) -> None:
    answer = await post(http, content, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert [each["field"] for each in answer.json().get("errors", [])] == ([field] if field else [])
    assert engine.batches == []


@pytest.mark.parametrize(
    ("content_type", "content", "code"),
    [
        ("audio/pcm;rate=4000", bytes(2 * 4_000 * 31), "audio-too-long"),
        ("audio/wav", wav(bytes(2 * 4_000 * 31), rate=4_000), "audio-too-long"),
        ("application/octet-stream", wav(bytes(2 * 4_000 * 31), rate=4_000), "audio-too-long"),
        ("application/json", documented([0.1] * 4000), "too-large"),
    ],
)
async def test_too_much_is_refused(
    http: httpx.AsyncClient, engine: CountingEngine, content_type: str, content: bytes, code: str
) -> None:
    answer = await post(http, content, content_type)
    assert (answer.status_code, answer.json()["code"]) == (413, code)
    assert engine.batches == []

"""Multipart bodies that nobody's client would send, and failures in OpenAI's envelope."""

import asyncio

import httpx
import pytest

from tests.stt_service.conftest import CountingEngine
from tests.stt_service.test_app import begun, waiting
from tests.stt_service.test_bodies import SECOND, wav

PATH = "/v1/audio/transcriptions"
SPEECH = ("a.wav", wav(SECOND.tobytes()), "audio/wav")
WORDS = {"model": "whisper-1", "response_format": "verbose_json", "timestamp_granularities[]": "word"}
TYPE = "multipart/form-data; boundary=b"


def part(headers: bytes, body: bytes = b"x") -> bytes:
    return b"--b\r\n" + headers + b"\r\n\r\n" + body + b"\r\n--b--\r\n"


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("multipart/form-data", b""),
        (TYPE, b""),
        (TYPE, b"\x00" * 1000),
        (TYPE, b"--b\r\n" * 1000),
        (TYPE, part(b"Content-Disposition: form-data")),
        (TYPE, part(b'Content-Disposition: form-data; name="model"')[:-4]),
        (TYPE, part(b'Content-Disposition: form-data; name="model"', b"x" * 100_000)),
        (TYPE, part(b"X: " + b"y" * 100_000)),
        (f"{TYPE}; charset=rot13", part(b'Content-Disposition: form-data; name="model"', b"\xff")),
        (TYPE, b"".join(part(b'Content-Disposition: form-data; name="a%d"' % n)[:-7] for n in range(50))),
        (TYPE, part(b'Content-Disposition: form-data; name="f"; filename="a"')[:-7] * 3),
        ("application/json", b"{}"),
        ("", b"x"),
    ],
)
async def test_a_hostile_form_is_the_callers_fault(
    http: httpx.AsyncClient, content_type: str, content: bytes
) -> None:
    answer = await http.post(PATH, content=content, headers={"content-type": content_type})
    assert answer.status_code in (400, 415), answer.text
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert (await http.get("/health")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({}, "model"),
        ({"model": "whisper-1", "response_format": "xml"}, "response_format"),
        ({"model": "whisper-1", "temperature": "2"}, "temperature"),
        ({"model": "whisper-1", "temperature": "nan"}, "temperature"),
        ({"model": "whisper-1", "language": "<script>"}, "language"),
        ({"model": "whisper-1", "prompt": "x" * 10_001}, "prompt"),
        ({"model": "whisper-1", "timestamp_granularities[]": "letter"}, "timestamp_granularities[]"),
        ({"model": "whisper-1", "timestamp_granularities[]": "word"}, "timestamp_granularities[]"),
        ({"model": "whisper-1", "response_format": "srt", "stream": "true"}, "stream"),
        ({"model": "whisper-1", "response_format": "diarized_json"}, "response_format"),
        ({"model": "whisper-1", "known_speaker_names[]": "Ada"}, "known_speaker_names[]"),
        (WORDS, "timestamp_granularities[]"),
        ({"model": "whisper-1", "include[]": "logprobs"}, "include[]"),
    ],
)
async def test_a_field_that_cannot_be_served_is_named(
    http: httpx.AsyncClient, fields: dict[str, str], parameter: str
) -> None:
    answer = await http.post(PATH, data=fields, files={"file": SPEECH})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, parameter)


async def test_a_file_is_needed(http: httpx.AsyncClient) -> None:
    answer = await http.post(PATH, data={"model": "whisper-1"}, files={"other": SPEECH})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "file")


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        (b"no audio", 400, "undecodable_audio"),
        (b"", 400, "undecodable_audio"),
        (wav(bytes(2 * 16_000 * 31)), 413, "audio_too_long"),
        (bytes(65_000_000), 413, "too_large"),
    ],
)
async def test_a_file_that_cannot_be_heard_is_refused(
    http: httpx.AsyncClient, file: bytes, status: int, code: str
) -> None:
    answer = await http.post(PATH, data={"model": "whisper-1"}, files={"file": ("a.wav", file)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", PATH, 405), ("GET", "/v1/nothing", 404)])
async def test_everything_under_v1_fails_in_the_envelope(
    http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await http.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert answer.json()["error"]["param"] is None
    assert answer.headers["x-request-id"]


async def test_an_engine_that_breaks_is_a_server_error(
    http: httpx.AsyncClient, engine: CountingEngine
) -> None:
    engine.broken = True
    answer = await http.post(PATH, data={"model": "whisper-1"}, files={"file": SPEECH})
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "server_error")


async def test_a_full_queue_says_when_to_come_again(http: httpx.AsyncClient, engine: CountingEngine) -> None:
    engine.let.clear()
    async with asyncio.TaskGroup() as callers:
        for _ in range(5):
            callers.create_task(http.post(PATH, data={"model": "whisper-1"}, files={"file": SPEECH}))
            await begun(engine) if not engine.batches else None
        await waiting(http, "final", 4)
        refused = await http.post(PATH, data={"model": "whisper-1"}, files={"file": SPEECH})
        engine.let.set()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["error"]["code"] == "engine_busy"


async def test_the_documentation_shows_the_form(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]
    form = paths[PATH]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "model", "response_format", "timestamp_granularities[]", "stream"} <= form[
        "properties"
    ].keys()
    assert "/v1/models" in paths

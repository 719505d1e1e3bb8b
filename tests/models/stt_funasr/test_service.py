"""The service as a process of its own on a toy SenseVoice, which writes what it was taught."""

import asyncio
import io
import shutil
import socket
import subprocess
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from shared.audio import Pcm
from shared.clients.stt import SttClient
from stt_service.engine import Speech, load_engine
from stt_service.settings import SttSettings
from tests.models.stt_funasr import tiny
from tests.models.stt_funasr.conftest import ROOT, WRITTEN

pytestmark = [pytest.mark.models, pytest.mark.timeout(240)]

PATIENCE = 120.0


@pytest.fixture(scope="module")
def said(jfk: Pcm) -> Pcm:
    return jfk.slice(0, 5)


@pytest.fixture(scope="module")
def taught(folders: dict[str, Path], said: Pcm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SenseVoice that knows the part of the recording in which the real detector hears speech."""
    folder = Path(shutil.copytree(folders["sensevoice"], tmp_path_factory.mktemp("taught") / "sensevoice"))
    tiny.forget(folder)
    engine = load_engine(SttSettings(model_dir=folder, models_directory=ROOT / "models", device="cpu")).engine
    [heard] = engine.transcribe([Speech(said, None)])
    [segment] = heard.segments
    tiny.teach(folder, said.slice(segment.start, segment.end).floats, WRITTEN)
    return folder


@pytest.fixture(scope="module")
async def http(taught: Path) -> AsyncIterator[httpx.AsyncClient]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "STT_PORT": str(port),
        "STT_ENGINE": "funasr",
        "STT_MODEL_DIR": str(taught),
        "STT_MODELS_DIRECTORY": str(ROOT / "models"),
        "LOG_FORMAT": "json",
    }
    process = subprocess.Popen([sys.executable, "-m", "stt_service"], cwd=ROOT, env=environment)  # noqa: ASYNC220
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http:
            async with asyncio.timeout(PATIENCE):
                while process.poll() is None:
                    with suppress(httpx.ConnectError):
                        (await http.get("/health")).raise_for_status()
                        break
                    await asyncio.sleep(0.05)
            assert process.poll() is None
            yield http
    finally:
        process.kill()
        process.wait()


async def test_what_was_heard_comes_with_language_feeling_sounds_and_places(
    http: httpx.AsyncClient, said: Pcm
) -> None:
    answer = await http.post(
        "/transcribe?words=true", content=said.data, headers={"content-type": "audio/pcm;rate=16000"}
    )
    heard = answer.json()
    [segment] = heard["segments"]
    assert (heard["text"], heard["language"], heard["no_speech"]) == ("hello world", "en", False)
    assert (segment["emotion"], segment["events"]) == ("happy", ["laughter"])
    assert [word["text"] for word in heard["words"]] == ["hello", "world"]
    assert segment["start"] <= heard["words"][0]["start"] < heard["words"][1]["end"] <= segment["end"]


async def test_silence_is_answered_with_nothing(http: httpx.AsyncClient) -> None:
    heard = await SttClient(http).transcribe(Pcm(bytes(64_000)), language="zh-CN")
    assert (heard.text, heard.no_speech, heard.segments) == ("", True, [])


async def test_the_information_says_which_model_answers_and_why(
    http: httpx.AsyncClient, taught: Path
) -> None:
    model = (await http.get("/info")).json()["model"]
    assert (model["engine"], model["model"], model["model_dir"]) == ("funasr", "sensevoice", str(taught))
    assert model["languages"] == ["zh", "yue", "en", "ja", "ko"]
    assert model["chosen_because"] == "STT_ENGINE asks for funasr"


async def test_clients_of_openai_get_words_too(http: httpx.AsyncClient, said: Pcm) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16_000)
        written.writeframes(said.data)
    answer = await http.post(
        "/v1/audio/transcriptions",
        data={
            "model": "whisper-1",
            "response_format": "verbose_json",
            "timestamp_granularities[]": ["word", "segment"],
        },
        files={"file": ("said.wav", file.getvalue())},
    )
    heard = answer.json()
    assert (heard["text"], heard["language"]) == ("hello world", "en")
    assert [word["word"] for word in heard["words"]] == ["hello", "world"]
    assert [segment["text"] for segment in heard["segments"]] == ["hello world"]

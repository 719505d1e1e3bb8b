"""A recording that is sent becomes a transcript, on the whole platform with its real models."""

import asyncio
import io
import wave

import httpx
import numpy as np
import pytest

from embedded.demo.measure import words
from embedded.demo.voices import SAMPLE_RATE
from tests.e2e.rooms import SENTENCES, spoken
from tests.platform_fixture import RunningPlatform

pytestmark = pytest.mark.e2e
_PAUSE_SECONDS = 1.0
_LINES = SENTENCES[:3]


async def test_an_uploaded_recording_is_transcribed_word_for_word_in_its_place(
    platform: RunningPlatform,
) -> None:
    file, places = _recording()
    async with httpx.AsyncClient(base_url=platform.api_url, timeout=60, trust_env=False) as http:
        signed_in = await http.post("/api/v1/auth/development-token", json={"email": "upload@example.com"})
        http.headers["authorization"] = f"Bearer {signed_in.json()['access_token']}"
        answer = await http.post(
            "/api/v1/transcriptions/batch",
            files={"audio_file": ("three lines.wav", file)},
            data={"language": "en-US"},
            headers={"prefer": "respond-async"},
        )
        assert answer.status_code == 202, answer.text
        async with asyncio.timeout(60):
            while not (task := (await http.get(answer.headers["location"])).json())["ready"]:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        assert task["status"] == "success", task["error"]
        transcript = await http.get(f"/api/v1/sessions/{answer.json()['session_id']}/transcript")
    segments = transcript.json()["segments"]
    assert words(" ".join(each["text"] for each in segments)) == words(" ".join(_LINES))
    assert segments[0]["start_time"] == pytest.approx(places[0], abs=0.5)
    assert segments[-1]["end_time"] == pytest.approx(len(file) / 2 / SAMPLE_RATE - _PAUSE_SECONDS, abs=0.5)


def _recording() -> tuple[bytes, list[float]]:
    """A WAV file of the lines with pauses around them, and where each begins, in seconds."""
    pause = np.zeros(round(_PAUSE_SECONDS * SAMPLE_RATE), dtype=np.int16)
    parts, places = [pause], []
    for line in _LINES:
        places.append(sum(map(len, parts)) / SAMPLE_RATE)
        parts += [spoken(line).samples, pause]
    file = io.BytesIO()
    with wave.open(file, "wb") as output:
        output.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        output.writeframes(np.concatenate(parts).tobytes())
    return file.getvalue(), places

"""Recordings become transcripts, and meetings recordings, on the whole platform with its real models."""

import asyncio
import io
import wave

import httpx
import numpy as np
import pytest

from embedded.demo.measure import words
from embedded.demo.voices import SAMPLE_RATE
from tests.e2e.parts import kill
from tests.e2e.rooms import SENTENCES, room, spoken
from tests.platform_fixture import RunningPlatform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
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
        await _done(http, answer.headers["location"])
        transcript = await http.get(f"/api/v1/sessions/{answer.json()['session_id']}/transcript")
    segments = transcript.json()["segments"]
    assert words(" ".join(each["text"] for each in segments)) == words(" ".join(_LINES))
    assert segments[0]["start_time"] == pytest.approx(places[0], abs=0.5)
    assert segments[-1]["end_time"] == pytest.approx(len(file) / 2 / SAMPLE_RATE - _PAUSE_SECONDS, abs=0.5)


async def test_a_recording_gets_its_title_and_its_minutes_by_itself(platform: RunningPlatform) -> None:
    file, _ = _recording()
    async with httpx.AsyncClient(base_url=platform.api_url, timeout=60, trust_env=False) as http:
        signed_in = await http.post("/api/v1/auth/development-token", json={"email": "minutes@example.com"})
        http.headers["authorization"] = f"Bearer {signed_in.json()['access_token']}"
        await http.put("/api/v1/users/preferences", json={"auto_summary": True, "auto_title": True})
        answer = await http.post(
            "/api/v1/transcriptions/batch",
            files={"audio_file": ("three lines.wav", file)},
            data={"language": "en-US"},
        )
        path = f"/api/v2/sessions/{answer.json()['session_id']}"
        task = (await http.get(f"{path}/ai-summary")).json()
        await _done(http, f"/api/v2/tasks/{task['task_id']}")
        [summary] = (await http.get(f"{path}/ai-summaries")).json()
        session = (await http.get(path.replace("v2", "v1"))).json()
        segments = (await http.get(f"{path.replace('v2', 'v1')}/transcript")).json()["segments"]
    said = {each["segment_id"]: each["text"] for each in segments}
    lines = summary["minutes"]["key_points"]
    assert lines
    assert all(line["text"] in said[line["segment_ids"][0]] for line in lines)
    assert (session["title"], session["title_by"]) == (summary["minutes"]["title"], "automatic")


@pytest.mark.parametrize("part", ["worker", "stt", "postgres"])
async def test_a_recording_is_transcribed_once_whatever_is_killed(
    platform: RunningPlatform, part: str
) -> None:
    times = 12
    file, _ = _recording(times)
    async with httpx.AsyncClient(base_url=platform.api_url, timeout=60, trust_env=False) as http:
        signed_in = await http.post(
            "/api/v1/auth/development-token", json={"email": f"killed-{part}@example.com"}
        )
        http.headers["authorization"] = f"Bearer {signed_in.json()['access_token']}"
        answer = await http.post(
            "/api/v1/transcriptions/batch",
            files={"audio_file": ("many lines.wav", file)},
            data={"language": "en-US"},
            headers={"prefer": "respond-async"},
        )
        assert answer.status_code == 202, answer.text
        location, session = answer.headers["location"], answer.json()["session_id"]
        async with asyncio.timeout(60):
            while (await http.get(location)).json()["progress"]["step"] != "processing_audio":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.to_thread(kill, platform.state, part=part)
        await _done(http, location)
        versions = (await http.get(f"/api/v1/sessions/{session}/transcriptions")).json()
        segments = (await http.get(f"/api/v1/sessions/{session}/transcript")).json()["segments"]
    assert len(versions) == 1
    assert words(" ".join(each["text"] for each in segments)) == words(" ".join(_LINES * times))


async def test_a_meeting_can_be_heard_again(platform: RunningPlatform) -> None:
    async with room(platform.api_url, "Recorded") as opened:
        ada = await opened.enter("Ada")
        await ada.switch_on()
        for line in _LINES:
            await ada.say(line)
        captions = await ada.finals_stored(lambda finals: len(finals) >= len(_LINES))
        await ada.leave()
        path = f"/api/v1/sessions/{opened.session_id}"
        headers = opened.host.headers
        async with httpx.AsyncClient(
            base_url=platform.api_url, headers=headers, timeout=60, trust_env=False
        ) as http:
            await opened.host.finalize(opened.session_id)
            async with asyncio.timeout(100):
                while not (files := (await http.get(f"{path}/audio_files")).json()):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            assert [file["kind"] for file in files] == ["mix", "participant"]
            assert files[1]["participant_name"] == "Ada"
            part = await http.get(files[0]["public_url"], headers={"range": "bytes=0-9"})
            assert (part.status_code, len(part.content)) == (206, 10)
            # The same words are heard in the same places in the mix, and voice by voice.
            for query in ({"audio_file_id": files[0]["id"]}, {}):
                again = await http.post(f"{path}/retranscribe", params=query)
                await _done(http, again.headers["location"])
                segments = (await http.get(f"{path}/transcript")).json()["segments"]
                assert words(" ".join(each["text"] for each in segments)) == words(" ".join(_LINES))
                assert segments[0]["start_time"] == pytest.approx(captions[0].start_time, abs=0.6)
                assert segments[-1]["end_time"] == pytest.approx(captions[-1].end_time, abs=0.6)
            by_voice = (await http.get(f"{path}/transcript")).json()["segments"]
    assert {each["speaker"] for each in by_voice} == {"Ada"}
    assert {each["segment_id"] for each in by_voice} & {each.segment_id for each in captions}


async def _done(http: httpx.AsyncClient, location: str) -> None:
    async with asyncio.timeout(100):
        # While Postgres is away nobody is told how far a task is.
        while not (task := (await http.get(location)).json()).get("ready"):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.2)
    assert task["status"] == "success", task["error"]


def _recording(times: int = 1) -> tuple[bytes, list[float]]:
    """A WAV file of the lines with pauses around them, and where each begins, in seconds."""
    pause = np.zeros(round(_PAUSE_SECONDS * SAMPLE_RATE), dtype=np.int16)
    parts, places = [pause], []
    for line in _LINES * times:
        places.append(sum(map(len, parts)) / SAMPLE_RATE)
        parts += [spoken(line).samples, pause]
    file = io.BytesIO()
    with wave.open(file, "wb") as output:
        output.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        output.writeframes(np.concatenate(parts).tobytes())
    return file.getvalue(), places

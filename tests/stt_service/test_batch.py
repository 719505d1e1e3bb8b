"""Several pieces of audio in one request."""

import json

import httpx
import pytest

from stt_service.settings import SttSettings
from tests.stt_service.conftest import CountingEngine, Serve
from tests.stt_service.test_bodies import documented

PATH = "/batch-transcribe"


def item(samples: int) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(documented([0.1] * samples, language="en"))
    return decoded


async def post(http: httpx.AsyncClient, body: object) -> httpx.Response:
    content = json.dumps(body)
    return await http.post(PATH, content=content, headers={"content-type": "application/json"})


async def test_every_item_is_answered_in_its_order(http: httpx.AsyncClient) -> None:
    answer = await post(http, [item(300), item(100), item(200)])
    assert answer.status_code == 200
    assert [each["text"] for each in answer.json()] == ["300 samples", "100 samples", "200 samples"]
    assert all(each["success"] and each["error_message"] == "" for each in answer.json())


async def test_a_batch_has_a_limit(http: httpx.AsyncClient) -> None:
    answer = await post(http, [item(10)] * 5)
    assert (answer.status_code, answer.json()["detail"]) == (400, "Batch size too large. Max: 4")


@pytest.mark.parametrize("body", [[], {}, "x", None, [1], [{"audio_data": {}}]])
async def test_what_is_no_batch_is_refused(http: httpx.AsyncClient, body: object) -> None:
    answer = await post(http, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_a_fault_names_its_item(http: httpx.AsyncClient) -> None:
    broken = item(10) | {"audio_data": {"sample_rate": 16_000, "audio_array": ["x"]}}
    answer = await post(http, [item(10), broken])
    assert answer.json()["errors"][0]["field"] == "body.1.audio_data.audio_array"


async def test_a_batch_over_the_limit_of_json_is_refused(http: httpx.AsyncClient) -> None:
    answer = await post(http, [item(2_000)])
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_one_that_is_too_long_refuses_all(serve: Serve, engine: CountingEngine) -> None:
    async with serve(SttSettings(max_audio_seconds=0.01)) as http:
        answer = await post(http, [item(10), item(200)])
    assert (answer.status_code, answer.json()["code"]) == (413, "audio-too-long")
    assert not engine.batches


async def test_silence_says_so(http: httpx.AsyncClient) -> None:
    headers = {"content-type": "audio/pcm"}
    quiet = (await http.post("/transcribe?words=true", content=bytes(3200), headers=headers)).json()
    loud = (await http.post("/transcribe", content=b"\x00\x10" * 1600, headers=headers)).json()
    assert (quiet["text"], quiet["no_speech"]) == ("", True)
    assert (loud["no_speech"], loud["words"]) == (False, None)


async def test_the_documentation_points_nowhere_outside(http: httpx.AsyncClient) -> None:
    document = await http.get("/openapi.json")
    schema = document.json()["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema["items"]["properties"]["audio_data"]["properties"]["audio_array"]["type"] == "array"
    assert "#/$defs" not in document.text

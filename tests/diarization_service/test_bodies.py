"""What may be sent, and what is said about the rest."""

import httpx
import pytest

from tests.diarization_service.conftest import loud, wav

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("[]", "body"),
        ('{"audio_data": 1}', "body.audio_data"),
        ("{}", "body.audio_data"),
        ('{"audio_data": ""}', "body.audio_data"),
        ('{"audio_data": "no digits"}', "body.audio_data"),
        ('{"audio_data": "00", "num_speakers": 0}', "body.num_speakers"),
        ('{"audio_data": "00", "min_speakers": 3, "max_speakers": 2}', "body"),
    ],
)
async def test_json_that_makes_no_sense_is_refused_by_name(
    http: httpx.AsyncClient, body: str, field: str
) -> None:
    answer = await http.post("/diarize", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert answer.json()["errors"][0]["field"] == field


async def test_json_that_is_none_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/diarize", content=b"\xff", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


@pytest.mark.parametrize("query", ["num_speakers=0", "min_speakers=3&max_speakers=2", "format=xml"])
async def test_a_query_that_makes_no_sense_is_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.post(f"/diarize?{query}", content=bytes(2), headers={"content-type": "audio/pcm"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_bytes_that_are_no_audio_are_refused(http: httpx.AsyncClient) -> None:
    answers = [
        await http.post("/diarize", content=b"no audio", headers={"content-type": "audio/mpeg"}),
        await http.post("/diarize", json={"audio_data": b"no audio".hex()}),
        await http.post("/diarize", content=b"odd", headers={"content-type": "audio/pcm"}),
        await http.post("/diarize-file", files={"audio_file": ("a.wav", b"no audio")}),
    ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(400, "undecodable-audio")] * 4


async def test_another_kind_of_body_is_refused(http: httpx.AsyncClient) -> None:
    answers = [
        await http.post("/diarize", content=b"text", headers={"content-type": "text/plain"}),
        await http.post("/diarize-file", content=wav(loud(1)), headers={"content-type": "audio/wav"}),
    ]
    assert [each.status_code for each in answers] == [415, 415]


async def test_a_form_without_a_file_is_refused_by_name(http: httpx.AsyncClient) -> None:
    for form in ({"audio_file": (None, "a text")}, {"other": ("a.wav", b"")}):
        answer = await http.post("/diarize-file", files=form)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.audio_file")


async def test_a_damaged_form_is_refused(http: httpx.AsyncClient) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await http.post("/diarize-file", content=b"--y\r\n", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


async def test_more_json_than_is_good_for_others_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/diarize", json={"audio_data": "00" * 300_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_a_file_in_another_rate_is_as_long_as_before(http: httpx.AsyncClient) -> None:
    headers = {"content-type": "audio/pcm;rate=8000"}
    answer = await http.post("/diarize", content=bytes(16_000), headers=headers)
    assert answer.json()["audio_seconds"] == 1

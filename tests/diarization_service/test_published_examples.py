"""What the original's README shows people ask of the diarization service; skipped without that document."""

from io import BytesIO

import httpx

from tests import published
from tests.diarization_service.conftest import loud, wav

PORT = 8002


def opened(name: str, mode: str) -> BytesIO:
    assert (name, mode) == ("audio.wav", "rb")
    return BytesIO(wav(loud(1.0)))


async def test_the_example_of_telling_speakers_apart_is_answered(http: httpx.AsyncClient) -> None:
    [code] = [each for each in published.blocks("python") if f":{PORT}/" in each]
    ran = await published.run(code, http, port=PORT, open=opened)
    [answer] = ran.answers
    assert answer.status_code == 200
    assert ran.values["speakers"] == answer.json()
    assert answer.json()["success"] is True


async def test_what_is_asked_by_curl_is_answered(http: httpx.AsyncClient) -> None:
    paths = published.asked_by_curl(PORT)
    assert paths
    assert {(await http.get(path)).status_code for path in paths} == {200}

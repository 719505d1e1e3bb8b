"""What the original's README shows people ask of the speech service; skipped without that document."""

import httpx

from tests import published

PORT = 8001


async def test_the_example_of_a_transcription_is_answered(http: httpx.AsyncClient) -> None:
    [code] = [each for each in published.blocks("python") if f":{PORT}/" in each]
    ran = await published.run(code.replace(", ...]", "]"), http, port=PORT)
    [answer] = ran.answers
    assert answer.status_code == 200
    assert ran.values["result"] == answer.json()
    assert answer.json()["success"] is True


async def test_what_is_asked_by_curl_is_answered(http: httpx.AsyncClient) -> None:
    paths = published.asked_by_curl(PORT)
    assert paths
    assert {(await http.get(path)).status_code for path in paths} == {200}

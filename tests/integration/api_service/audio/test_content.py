"""The content of a file over HTTP, for whoever holds a link."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api_service.audio.links import open_links
from api_service.settings import ApiSettings
from tests.integration.api_service.audio.conftest import tone
from tests.integration.api_service.audio.uploads import announce, files, sha256, upload
from tests.integration.api_service.conftest import BASE_URL, Person
from tests.integration.api_service.live.serving import serving
from tests.servers import Servers

pytestmark = pytest.mark.integration

TONE = tone()


@pytest.fixture
async def link(ada: Person) -> str:
    return str((await upload(ada, await ada.new_session(), TONE)).json()["public_url"])


async def test_a_player_learns_what_it_needs_without_the_content(ada: Person, link: str) -> None:
    whole, head = await ada.api.get(link), await ada.api.head(link, headers={"range": "bytes=0-1"})
    assert (head.status_code, head.content) == (200, b"")
    names = ("content-length", "content-type", "accept-ranges", "etag", "last-modified")
    assert {name: head.headers[name] for name in names} == {name: whole.headers[name] for name in names}
    assert head.headers["content-length"] == str(len(TONE))
    assert head.headers["etag"] == f'"{sha256(TONE)}"'
    assert whole.headers["content-disposition"].startswith("inline;")
    assert whole.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-0", slice(0, 1)), ("bytes=100-", slice(100, None)), ("bytes=-7", slice(-7, None))],
)
async def test_a_part_is_given(ada: Person, link: str, asked: str, part: slice) -> None:
    answer = await ada.api.get(link, headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, TONE[part])
    first = part.indices(len(TONE))[0]
    last = first + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(TONE)}"
    assert answer.headers["content-length"] == str(len(answer.content))


async def test_a_part_that_is_not_there_is_a_problem_that_says_how_much_there_is(
    ada: Person, link: str
) -> None:
    answer = await ada.api.get(link, headers={"range": f"bytes={len(TONE)}-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "range-not-satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(TONE)}"


async def test_parts_belong_to_one_version(ada: Person, link: str) -> None:
    tag = (await ada.api.head(link)).headers["etag"]
    for condition, status in ((tag, 206), ('"other"', 200)):
        headers = {"range": "bytes=0-1", "if-range": condition}
        assert (await ada.api.get(link, headers=headers)).status_code == status
    known = await ada.api.get(link, headers={"if-none-match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)


async def test_a_file_to_be_saved_is_an_attachment(ada: Person, link: str) -> None:
    answer = await ada.api.get(f"{link}&download=true")
    assert answer.headers["content-disposition"].startswith('attachment; filename="meeting.wav"')


async def test_a_link_opens_its_file_alone_and_only_for_a_while(
    ada: Person, link: str, settings: ApiSettings
) -> None:
    other = (await upload(ada, await ada.new_session(), TONE)).json()["public_url"]
    path, _, token = link.partition("?token=")
    expired = open_links(settings).to_play(uuid4(), base_url=BASE_URL, now=time.time() - 13 * 3600)
    attempts = {
        f"{path}?token={other.partition('=')[2]}": "link-refused",
        f"{path}?token={token[:-1]}": "link-refused",
        f"{path}?token=9{token}": "link-refused",
        f"{path}?token=": "link-refused",
        expired: "link-expired",
    }
    for attempt, code in attempts.items():
        answer = await ada.api.get(attempt)
        assert (answer.status_code, answer.json()["code"]) == (403, code), attempt
    assert (await ada.api.get(path)).status_code == 422
    assert (await ada.api.put(link, content=TONE)).json()["code"] == "link-refused"


async def test_a_link_to_upload_does_not_play_and_takes_nothing_once_completed(ada: Person) -> None:
    session = await ada.new_session()
    ticket = (await announce(ada, session, TONE)).json()
    assert (await ada.api.get(ticket["upload_url"])).json()["code"] == "link-refused"
    await ada.api.put(ticket["upload_url"], content=TONE)
    await ada.api.post(ticket["complete_url"], headers=ada.headers)
    again = await ada.api.put(ticket["upload_url"], content=TONE)
    assert (again.status_code, again.json()["code"]) == (409, "upload-closed")
    await ada.api.delete(f"{files(session)}/{ticket['id']}", headers=ada.headers)
    gone = await ada.api.put(ticket["upload_url"], content=TONE)
    assert (gone.status_code, gone.json()["code"]) == (409, "upload-closed")


async def test_a_client_who_hangs_up_while_sending_leaves_nothing(servers: Servers, tmp_path: Path) -> None:
    content = tone(seconds=10, rate=48_000) * 5
    async with serving(servers, tmp_path) as api:
        headers = await api.sign_in_as(f"ada-{uuid4().hex[:8]}@example.com")
        session = (await api.http.post("/api/v1/sessions", json={"title": "a"}, headers=headers)).json()
        asked = {"filename": "a.wav", "size_bytes": len(content)}
        answer = await api.http.post(f"{files(session)}/uploads", json=asked, headers=headers)
        ticket = answer.json()
        sending = asyncio.Event()

        async def stuck() -> AsyncIterator[bytes]:
            yield content[:2_000_000]
            sending.set()
            await asyncio.Event().wait()

        request = asyncio.create_task(
            api.http.put(ticket["upload_url"], content=stuck(), headers={"content-length": str(len(content))})
        )
        async with asyncio.timeout(40):
            await sending.wait()
            folder = tmp_path / "storage"
            while not list(folder.rglob("*#*")):  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.01)
            request.cancel()
            while any(path.is_file() for path in folder.rglob("*")):  # noqa: ASYNC110 - nor then
                await asyncio.sleep(0.01)
        sent = await api.http.put(ticket["upload_url"], content=content)
        assert sent.status_code == 204
        assert (await api.http.post(ticket["complete_url"], headers=headers)).status_code == 200


async def test_a_bucket_is_not_named_to_clients_who_may_not_see_it(ada: Person, link: str) -> None:
    answer = await ada.api.get(link, headers={"range": "bytes=0-1"})
    assert answer.status_code == 206
    assert "location" not in answer.headers
    assert httpx.URL(link).host == httpx.URL(BASE_URL).host

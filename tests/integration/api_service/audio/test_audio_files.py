"""Audio files through the API: sent, looked at, listed, played and removed; in a folder and in S3."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from asgi_lifespan import LifespanManager

from api_service.app import create_app
from api_service.settings import ApiSettings
from shared.settings import StorageSettings
from tests.integration.api_service.audio.conftest import tone
from tests.integration.api_service.audio.uploads import announce, complete, files, sha256, upload
from tests.integration.api_service.conftest import BASE_URL, Person

pytestmark = pytest.mark.integration

TONE = tone()


def in_s3(settings: ApiSettings, s3: StorageSettings, *, proxy: bool) -> ApiSettings:
    names = ("storage_url", "aws_endpoint_url", "aws_access_key_id", "aws_secret_access_key")
    changed = {name: getattr(s3, name) for name in names}
    return settings.model_copy(update={**changed, "storage_proxy": proxy})


@pytest.fixture(params=["folder", "bucket", "bucket behind us"])
async def owner(request: pytest.FixtureRequest, ada: Person, settings: ApiSettings) -> AsyncIterator[Person]:
    """Somebody whose API keeps files in one of the places."""
    if request.param == "folder":
        yield ada
        return
    s3: StorageSettings = request.getfixturevalue("s3")
    app = create_app(in_s3(settings, s3, proxy=request.param == "bucket behind us"))
    async with LifespanManager(app) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            yield replace(ada, api=client)


@pytest.fixture
async def outside(owner: Person) -> AsyncIterator[httpx.AsyncClient]:
    """What plays and sends files for this owner: it reaches the API, and the bucket."""
    async with httpx.AsyncClient(
        trust_env=False, mounts={BASE_URL: owner.api._transport}, follow_redirects=True
    ) as client:
        yield client


async def test_a_file_is_uploaded_listed_played_and_deleted(
    owner: Person, outside: httpx.AsyncClient
) -> None:
    session = await owner.new_session()
    answer = await upload(owner, session, TONE, http=outside, filename="Büro ☎ 会议.wav", sha256=sha256(TONE))
    assert answer.status_code == 200, answer.text
    file = answer.json()
    assert file["duration_seconds"] == pytest.approx(1.0)
    assert (file["format"], file["mime_type"], file["sample_rate"], file["channels"]) == (
        *("wav", "audio/wav"),
        *(8000, 1),
    )
    assert (file["file_size_bytes"], file["file_hash"]) == (len(TONE), sha256(TONE))
    assert file["original_filename"] == "Büro ☎ 会议.wav"
    assert file["upload_status"] == "completed"
    for place in (files(session), f"{files(session)}/", files(session).replace("_", "-")):
        assert (await owner.get(place)).json() == [file]
    assert (await owner.get(f"{files(session)}/{file['id']}")).json() == file
    played = await outside.get(file["public_url"])
    assert (played.status_code, played.content) == (200, TONE)
    assert played.headers["content-type"] == "audio/wav"
    part = await outside.get(file["public_url"], headers={"range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, TONE[4:12])
    deleted = await owner.api.delete(f"{files(session)}/{file['id']}", headers=owner.headers)
    assert (deleted.status_code, deleted.json()["file_id"]) == (200, file["id"])
    assert (await owner.get(files(session))).json() == []
    assert (await outside.get(file["public_url"])).status_code == 404


async def test_what_is_no_audio_is_refused_and_may_be_sent_anew(
    owner: Person, outside: httpx.AsyncClient
) -> None:
    session = await owner.new_session()
    ticket = (await announce(owner, session, TONE)).json()
    await outside.put(ticket["upload_url"], content=b"x" * len(TONE))
    refused = await complete(owner, session, ticket["id"])
    assert (refused.status_code, refused.json()["code"]) == (415, "not-audio")
    missing = await complete(owner, session, ticket["id"])
    assert (missing.status_code, missing.json()["code"]) == (409, "upload-missing")
    assert (await owner.get(files(session))).json() == []
    await outside.put(ticket["upload_url"], content=TONE)
    assert (await complete(owner, session, ticket["id"])).status_code == 200


async def test_what_is_not_what_was_announced_is_refused(owner: Person, outside: httpx.AsyncClient) -> None:
    session = await owner.new_session()
    ticket = (await announce(owner, session, TONE)).json()
    await outside.put(ticket["upload_url"], content=TONE[:-2])
    short = await complete(owner, session, ticket["id"])
    assert (short.status_code, short.json()["code"]) == (422, "upload-mismatch")
    other = await upload(owner, session, TONE, http=outside, sha256="0" * 64)
    assert (other.status_code, other.json()["code"]) == (422, "upload-mismatch")
    assert (await owner.get(files(session))).json() == []


async def test_completing_again_and_at_once_changes_nothing(
    owner: Person, outside: httpx.AsyncClient
) -> None:
    session = await owner.new_session()
    ticket = (await announce(owner, session, TONE)).json()
    await outside.put(ticket["upload_url"], content=TONE)
    answers = await asyncio.gather(*(complete(owner, session, ticket["id"]) for _ in range(4)))
    answers.append(await complete(owner, session, ticket["id"]))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert all(answer.json() == answers[0].json() for answer in answers)


async def test_of_two_who_send_at_once_one_wins_whole(owner: Person, outside: httpx.AsyncClient) -> None:
    session = await owner.new_session()
    other = TONE[:-2] + b"\x01\x02"
    ticket = (await announce(owner, session, TONE)).json()
    await asyncio.gather(*(outside.put(ticket["upload_url"], content=content) for content in (TONE, other)))
    file = (await complete(owner, session, ticket["id"])).json()
    assert file["file_hash"] in (sha256(TONE), sha256(other))
    assert sha256((await outside.get(file["public_url"])).content) == file["file_hash"]


async def test_a_completed_upload_is_not_changed_by_its_link(
    owner: Person, outside: httpx.AsyncClient
) -> None:
    session = await owner.new_session()
    ticket = (await announce(owner, session, TONE)).json()
    await outside.put(ticket["upload_url"], content=TONE)
    file = (await complete(owner, session, ticket["id"])).json()
    await outside.put(ticket["upload_url"], content=b"<script>".ljust(len(TONE)))
    assert (await outside.get(file["public_url"])).content == TONE


async def test_the_newest_file_is_first_and_its_link_stays(ada: Person) -> None:
    session = await ada.new_session()
    first = (await upload(ada, session, TONE)).json()
    second = (await upload(ada, session, tone(seconds=0.5))).json()
    listed = (await ada.get(files(session))).json()
    assert [file["id"] for file in listed] == [second["id"], first["id"]]
    assert listed == (await ada.get(files(session))).json()


async def test_who_was_invited_hears_and_changes_nothing(ada: Person, bob: Person) -> None:
    session = await ada.new_session()
    file = (await upload(ada, session, TONE)).json()
    await bob.post("/api/v1/sessions/join", {"invite_code": session["invite_code"]})
    assert [each["id"] for each in (await bob.get(files(session))).json()] == [file["id"]]
    for answer in (
        await announce(bob, session, TONE),
        await complete(bob, session, file["id"]),
        await bob.api.delete(f"{files(session)}/{file['id']}", headers=bob.headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not-owner")


async def test_strangers_learn_nothing(ada: Person, bob: Person) -> None:
    session, theirs = await ada.new_session(), await bob.new_session()
    file = (await upload(ada, session, TONE)).json()
    for answer in (
        await bob.get(files(session)),
        await bob.get(f"{files(session)}/{file['id']}"),
        await announce(bob, session, TONE),
        await complete(bob, session, file["id"]),
        await bob.api.delete(f"{files(session)}/{file['id']}", headers=bob.headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "session-not-found")
    through_own = await bob.get(f"{files(theirs)}/{file['id']}")
    assert (through_own.status_code, through_own.json()["code"]) == (404, "audio-file-not-found")
    assert (await bob.api.get(files(session))).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filename": "a\0.wav", "size_bytes": 5}, "body.filename"),
        ({"filename": "a\n.wav", "size_bytes": 5}, "body.filename"),
        ({"filename": "..", "size_bytes": 5}, "body.filename"),
        ({"filename": "", "size_bytes": 5}, "body.filename"),
        ({"filename": "x" * 10_000, "size_bytes": 5}, "body.filename"),
        ({"filename": "x" * 256, "size_bytes": 5}, "body.filename"),
        ({"filename": "\ud800.wav", "size_bytes": 5}, "body.filename"),
        ({"filename": "a.wav", "size_bytes": 0}, "body.size_bytes"),
        ({"filename": "a.wav", "size_bytes": -1}, "body.size_bytes"),
        ({"filename": "a.wav", "size_bytes": 10**30}, "body.size_bytes"),
        ({"filename": "a.wav", "size_bytes": 5, "sha256": "xyz"}, "body.sha256"),
    ],
)
async def test_an_announcement_that_makes_no_sense_names_its_field(
    ada: Person, body: dict[str, object], field: str
) -> None:
    session = await ada.new_session()
    # Written as ASCII: half a surrogate pair cannot be sent otherwise.
    content = json.dumps(body).encode()
    headers = {**ada.headers, "content-type": "application/json"}
    answer = await ada.api.post(f"{files(session)}/uploads", content=content, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\talk.wav", "talk.wav"),
        ("/a/b/ c.mp3 ", "c.mp3"),
        ("x" * 255, "x" * 255),
        ("会议\u202e.wav", None),
    ],
)
async def test_of_a_path_the_name_is_kept(ada: Person, sent: str, kept: str | None) -> None:
    session = await ada.new_session()
    answer = (
        await upload(ada, session, TONE, filename=sent)
        if kept
        else await announce(ada, session, TONE, filename=sent)
    )
    assert answer.json().get("original_filename") == kept
    assert answer.status_code == (200 if kept else 422)


async def test_more_than_is_taken_is_refused_when_announced_and_when_sent(
    ada: Person, settings: ApiSettings
) -> None:
    session = await ada.new_session()
    answer = await announce(ada, session, TONE, size_bytes=settings.max_upload_bytes + 1)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    ticket = (await announce(ada, session, TONE)).json()
    more = await ada.api.put(ticket["upload_url"], content=TONE + b"x")
    assert (more.status_code, more.json()["code"]) == (413, "too-large")
    missing = await complete(ada, session, ticket["id"])
    assert (missing.status_code, missing.json()["code"]) == (409, "upload-missing")


async def test_unknown_files_are_not_found(ada: Person) -> None:
    session = await ada.new_session()
    for answer in (
        await ada.get(f"{files(session)}/{uuid4()}"),
        await complete(ada, session, str(uuid4())),
        await ada.api.delete(f"{files(session)}/{uuid4()}", headers=ada.headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "audio-file-not-found")
    pending = (await announce(ada, session, TONE)).json()
    assert (await ada.get(f"{files(session)}/{pending['id']}")).status_code == 404
    assert (await ada.get(f"{files(session)}/none")).status_code == 422


async def test_a_bucket_that_is_away_is_a_failure_of_ours(
    ada: Person, settings: ApiSettings, tmp_path: Path
) -> None:
    away = settings.model_copy(
        update={
            "storage_url": "s3://meetings/prefix",
            "aws_endpoint_url": "http://127.0.0.1:9",
            "aws_access_key_id": "key",
            "aws_secret_access_key": settings.livekit_api_secret,
            "storage_proxy": True,
        }
    )
    async with LifespanManager(create_app(away)) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            person = replace(ada, api=client)
            session = await person.new_session()
            ticket = (await announce(person, session, TONE)).json()
            for answer in (
                await client.put(ticket["upload_url"], content=TONE),
                await complete(person, session, ticket["id"]),
            ):
                assert (answer.status_code, answer.json()["code"]) == (503, "storage-failed")
                assert "retry-after" in answer.headers

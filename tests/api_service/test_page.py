"""How the built page is served."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from api_service.audio.store import media_origins
from api_service.page import files
from api_service.settings import ApiSettings
from shared import serving
from shared.storage import open_storage


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<!doctype html>")
    (tmp_path / "dist" / "assets" / "index-3f2a.js").write_text("//")
    (tmp_path / "secret.txt").write_text("not ours to give")
    return tmp_path / "dist"


@pytest.fixture
async def browser(directory: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(redirect_slashes=False)
    serving.install(app, service="api", max_body_bytes=1000)
    files.mount(app, directory=directory, livekit_url="wss://live.example")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize("path", ["/app/", "/app/index.html", "/app/sessions/1234", "/app/join/a-b_c"])
async def test_every_place_within_the_page_is_its_index_and_is_asked_for_again(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.text) == (200, "<!doctype html>")
    assert answer.headers["cache-control"] == "no-cache"


async def test_files_with_a_hash_in_their_name_are_kept_forever(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/app/assets/index-3f2a.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await browser.get("/app/assets/index-3f2a.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_browser_without_the_slash_is_taken_to_the_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/app")
    assert (answer.status_code, answer.headers["location"]) == (307, "/app/")


@pytest.mark.parametrize(
    "path", ["/app/assets/gone.js", "/app/..%2fsecret.txt", "/app/%2e%2e/secret.txt", "/app/a%00.txt"]
)
async def test_what_is_not_there_is_a_problem(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_page_may_talk_to_livekit_and_use_the_microphone_and_little_else(
    browser: httpx.AsyncClient,
) -> None:
    headers = (await browser.get("/app/")).headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' wss://live.example https://live.example"
    assert policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert headers["permissions-policy"].startswith("microphone=(self), camera=()")
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("ws://127.0.0.1:7880", "ws://127.0.0.1:7880 http://127.0.0.1:7880"),
        ("https://live.example/", "wss://live.example https://live.example"),
        ("wss://ours.livekit.cloud", "wss://*.livekit.cloud https://*.livekit.cloud"),
    ],
)
def test_the_page_may_ask_livekit_over_http_too(url: str, allowed: str) -> None:
    assert f"connect-src 'self' {allowed};" in files.security_headers(url)["content-security-policy"]


def _in_bucket(**given: str | bool) -> ApiSettings:
    keys = {"aws_access_key_id": "ours", "aws_secret_access_key": "secret"}
    return ApiSettings.model_validate({"storage_url": "s3://meetings/audio"} | keys | given)


@pytest.mark.parametrize(
    "endpoint", [None, "https://ours.supabase.co/storage/v1/s3", "http://127.0.0.1:8333"]
)
async def test_the_page_may_play_what_the_bucket_itself_gives(endpoint: str | None) -> None:
    settings = _in_bucket(aws_region="eu-west-1", **({"aws_endpoint_url": endpoint} if endpoint else {}))
    origins = media_origins(settings)
    led_to = urlsplit(await open_storage(settings).sign("GET", "file.m4a", seconds=60))
    assert origins == [f"{led_to.scheme}://{led_to.netloc}"]
    policy = files.security_headers("wss://live.example", origins)["content-security-policy"]
    assert f"media-src 'self' blob: mediastream: {origins[0]};" in policy


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ({"storage_url": "gs://meetings"}, ["https://storage.googleapis.com"]),
        ({"storage_proxy": True}, []),
        ({"storage_url": "file:///app/storage"}, []),
        (
            {"storage_url": "file:///app/storage", "public_url": "https://api.example/below/"},
            ["https://api.example"],
        ),
    ],
)
def test_the_page_plays_from_where_links_lead_and_from_nowhere_else(
    given: dict[str, str | bool], origins: list[str]
) -> None:
    assert media_origins(_in_bucket(**given)) == origins


async def test_before_it_is_built_there_is_no_page_and_after_there_is(
    browser: httpx.AsyncClient, directory: Path
) -> None:
    built = directory.rename(directory.with_name("elsewhere"))  # noqa: ASYNC240 - nothing else runs here
    assert (await browser.get("/app/")).status_code == 404
    built.rename(directory)
    assert (await browser.get("/app/")).status_code == 200


async def test_the_page_is_only_read(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/app/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")

"""Links that open one file for a while."""

import time
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from pydantic import SecretStr

from api_service.audio.links import LinkExpired, LinkRefused, Links, open_links
from api_service.settings import ApiSettings

BASE = "https://api.example"
LINKS = Links(b"secret")
FILE = uuid4()
NOON = 1_795_262_400.0


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


def test_a_link_opens_its_file() -> None:
    link = LINKS.to_play(FILE, base_url=f"{BASE}/")
    assert link.startswith(f"{BASE}/api/v1/audio/files/{FILE}?token=")
    LINKS.verify("play", FILE, token_of(link))


def test_a_link_stays_the_same_for_hours_and_is_good_for_longer() -> None:
    seconds = range(0, 6 * 3600, 600)
    links = {LINKS.to_play(FILE, base_url=BASE, now=NOON + second) for second in seconds}
    assert len(links) == 1
    assert int(token_of(links.pop()).partition(".")[0]) >= NOON + 12 * 3600 - 1


def test_a_link_opens_no_other_file_and_for_no_other_purpose() -> None:
    token = token_of(LINKS.to_play(FILE, base_url=BASE))
    with pytest.raises(LinkRefused):
        LINKS.verify("play", uuid4(), token)
    with pytest.raises(LinkRefused):
        LINKS.verify("upload", FILE, token)


def test_an_expired_link_opens_nothing() -> None:
    link = LINKS.to_upload(FILE, base_url=BASE, expires=int(time.time()) - 1)
    with pytest.raises(LinkExpired):
        LINKS.verify("upload", FILE, token_of(link))


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: ".",
        lambda token: token[:-1],
        lambda token: f"{token}0",
        lambda token: f"9{token}",
        lambda token: token.replace(".", ""),
        lambda token: token.upper(),
        lambda token: f"-{token}",
        lambda token: f"٣{token}",
        lambda token: f"²{token}",
        lambda token: token + "é",
        lambda token: f"{'9' * 5000}.{token}",
        lambda token: token.partition(".")[0] + "." + "0" * 64,
    ],
)
def test_a_link_that_was_changed_opens_nothing(change: object) -> None:
    assert callable(change)
    token = change(token_of(LINKS.to_play(FILE, base_url=BASE)))
    with pytest.raises(LinkRefused):
        LINKS.verify("play", FILE, token)


def test_processes_with_the_same_secret_accept_each_others_links() -> None:
    settings = ApiSettings(livekit_api_secret=SecretStr("l" * 32))
    token = token_of(open_links(settings).to_play(FILE, base_url=BASE))
    open_links(settings).verify("play", FILE, token)
    with pytest.raises(LinkRefused):
        open_links(settings.model_copy(update={"signing_secret": SecretStr("own")})).verify(
            "play", FILE, token
        )


def test_without_any_secret_nobody_can_guess_one() -> None:
    settings = ApiSettings(livekit_api_secret=SecretStr(""))
    token = token_of(open_links(settings).to_play(FILE, base_url=BASE))
    with pytest.raises(LinkRefused):
        open_links(settings).verify("play", FILE, token)

"""How the published keys of an issuer are fetched and kept."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api_service.auth.keys import PublishedKeys
from shared.errors import Unavailable
from tests.api_service.tokens import Signer

URL = "https://project.example/auth/v1/.well-known/jwks.json"
SIGNER = Signer.elliptic()


class Issuer:
    """Answers with a key set, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer = httpx.Response(200, json={"keys": [SIGNER.published]})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == URL
        self.asked += 1
        return httpx.Response(self.answer.status_code, content=self.answer.content)


class Clock:
    """Moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def keys(issuer: Issuer, clock: Clock) -> AsyncIterator[PublishedKeys]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(issuer)) as http:
        yield PublishedKeys(http, URL, clock=clock)


async def test_a_key_is_fetched_once(keys: PublishedKeys, issuer: Issuer) -> None:
    assert await keys.find("elliptic")
    assert await keys.find("elliptic")
    assert issuer.asked == 1


async def test_a_new_key_is_found_when_a_token_names_it(
    keys: PublishedKeys, issuer: Issuer, clock: Clock
) -> None:
    await keys.refresh()
    issuer.answer = httpx.Response(200, json={"keys": [Signer.rsa("new").published]})
    clock.now += 11
    assert await keys.find("new")
    assert await keys.find("elliptic") is None


async def test_a_key_that_is_new_right_after_a_fetch_is_found_at_once(
    keys: PublishedKeys, issuer: Issuer
) -> None:
    await keys.refresh()
    issuer.answer = httpx.Response(200, json={"keys": [SIGNER.published, Signer.rsa("new").published]})
    assert await keys.find("new")
    assert await keys.find("unknown") is None
    assert issuer.asked == 2


async def test_an_unknown_key_is_unavailable_and_not_refused_while_nobody_can_be_asked(
    keys: PublishedKeys, issuer: Issuer
) -> None:
    await keys.refresh()
    issuer.answer = httpx.Response(503)
    with pytest.raises(Unavailable):
        await keys.find("new")
    assert await keys.find("elliptic")


async def test_unknown_keys_lead_to_one_fetch_in_ten_seconds(
    keys: PublishedKeys, issuer: Issuer, clock: Clock
) -> None:
    for number in range(50):
        assert await keys.find(f"unknown {number}") is None
        clock.now += 0.1
    assert issuer.asked == 1


async def test_keys_stay_while_the_issuer_fails(keys: PublishedKeys, issuer: Issuer, clock: Clock) -> None:
    await keys.refresh()
    for broken in (
        httpx.Response(503),
        httpx.Response(404),
        httpx.Response(200, content=b"not JSON"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": None}),
    ):
        issuer.answer = broken
        clock.now += 3600
        assert await keys.find("elliptic"), broken


async def test_without_any_keys_the_check_is_unavailable_and_not_refused(
    keys: PublishedKeys, issuer: Issuer
) -> None:
    issuer.answer = httpx.Response(500)
    with pytest.raises(Unavailable):
        await keys.find("elliptic")


async def test_keys_that_sign_nothing_for_us_are_passed_over(keys: PublishedKeys, issuer: Issuer) -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "secret", "alg": "HS256"}
    encrypting = Signer.rsa("encrypting").published | {"use": "enc"}
    published = [secret, encrypting, {"kty": "OKP"}, "nonsense", SIGNER.published]
    issuer.answer = httpx.Response(200, json={"keys": published})
    assert await keys.find("elliptic")
    assert await keys.find("secret") is None
    assert await keys.find("encrypting") is None

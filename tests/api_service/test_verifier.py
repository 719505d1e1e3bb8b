"""Which tokens are accepted, and that no other is."""

import base64
import hashlib
import hmac
import time
from uuid import UUID

import jwt
import pytest

from api_service.auth.keys import SIGNATURES
from api_service.auth.verifier import Authority, TokenVerifier
from shared.errors import Unauthenticated
from tests.api_service.tokens import ISSUER, USER_ID, Signer, claims, unsigned, with_signature

SIGNER = Signer.elliptic()
RSA_SIGNER = Signer.rsa()
SECRET = "a secret that is long enough for an HMAC key"


class Keys:
    """Some keys, without a network."""

    def __init__(self, *signers: Signer) -> None:
        self._keys = {signer.key_id: jwt.PyJWK.from_dict(signer.published) for signer in signers}

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        return self._keys.get(key_id)


def verifier(*, secret: str | None = None) -> TokenVerifier:
    authority = Authority(ISSUER, Keys(SIGNER, RSA_SIGNER), secret)
    return TokenVerifier([authority], audience="authenticated")


@pytest.mark.parametrize("signer", [SIGNER, RSA_SIGNER], ids=["ES256", "RS256"])
async def test_a_token_of_the_issuer_is_accepted(signer: Signer) -> None:
    verified = await verifier().verify(signer.sign(claims()))
    assert verified.user_id == UUID(USER_ID)
    assert verified.for_database() == {"sub": USER_ID, "role": "authenticated"}
    assert verified.expires_at > time.time()


async def test_a_shared_secret_is_accepted_only_where_it_is_configured() -> None:
    token = jwt.encode(claims(), SECRET, algorithm="HS256")
    assert (await verifier(secret=SECRET).verify(token)).user_id == UUID(USER_ID)
    with pytest.raises(Unauthenticated):
        await verifier().verify(token)


def hmac_with_public_key(signer: Signer) -> str:
    """The classic confusion: HS256 with the published key as its secret."""
    start = unsigned(claims(), alg="HS256", kid=signer.key_id).rstrip(".")
    signature = hmac.new(signer.public_pem, start.encode(), hashlib.sha256).digest()
    return f"{start}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


STRANGER = Signer.elliptic(SIGNER.key_id)
NOW = int(time.time())
BAD_TOKENS = {
    "nothing": "",
    "no token": "nonsense",
    "three empty parts": "..",
    "another key under the same id": STRANGER.sign(claims()),
    "an unknown key": Signer.elliptic("unknown").sign(claims()),
    "no key id": jwt.encode(claims(), SIGNER.private, algorithm="ES256"),
    "no algorithm": unsigned(claims(), alg="none", kid=SIGNER.key_id),
    "no algorithm, in capitals": unsigned(claims(), alg="NONE", kid=SIGNER.key_id),
    "the public key as a secret": hmac_with_public_key(SIGNER),
    "the public RSA key as a secret": hmac_with_public_key(RSA_SIGNER),
    "the algorithm of another key": SIGNER.sign(claims(), key_id=RSA_SIGNER.key_id),
    "a signature of zeros": with_signature(SIGNER.sign(claims()), bytes(64)),
    "expired": SIGNER.sign(claims(exp=NOW - 60)),
    "never expiring": SIGNER.sign(claims(exp=None)),
    "an expiry beyond numbers": SIGNER.sign(claims(exp=float("inf"))),
    "not valid yet": SIGNER.sign(claims(nbf=NOW + 600)),
    "another issuer": SIGNER.sign(claims(iss="https://elsewhere.example/auth/v1")),
    "no issuer": SIGNER.sign(claims(iss=None)),
    "a list of issuers": SIGNER.sign(claims(iss=None) | {"is": [ISSUER]}),
    "another audience": SIGNER.sign(claims(aud="anon")),
    "no audience": SIGNER.sign(claims(aud=None)),
    "an anonymous visitor": SIGNER.sign(claims(role="anon")),
    "the service": SIGNER.sign(claims(role="service_role")),
    "no role": SIGNER.sign(claims(role=None)),
    "a subject that is no account": SIGNER.sign(claims(sub="admin")),
    "no subject": SIGNER.sign(claims(sub=None)),
    "deeply nested": f"{base64.urlsafe_b64encode(b'[' * 6000).decode()}.e30.",
    "too long": SIGNER.sign(claims(user_metadata={"full_name": "x" * 10_000})),
    "not ASCII": SIGNER.sign(claims()) + "é",
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_any_other_token_is_invalid(token: str) -> None:
    with pytest.raises(Unauthenticated, match=r"^Invalid token$"):
        await verifier(secret=SECRET).verify(token)


class Clock:
    """Moves when told."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class CountingKeys(Keys):
    """Notes how often it was asked, and forgets its keys when told."""

    asked = 0

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        self.asked += 1
        return await super().find(key_id)

    def withdraw(self) -> None:
        self._keys.clear()


async def test_a_token_is_looked_at_once_in_a_minute() -> None:
    keys, clock = CountingKeys(SIGNER), Clock()
    checking = TokenVerifier([Authority(ISSUER, keys)], audience="authenticated", clock=clock)
    token = SIGNER.sign(claims())
    assert await checking.verify(token) == await checking.verify(token)
    assert keys.asked == 1
    keys.withdraw()
    clock.now += 61
    with pytest.raises(Unauthenticated):
        await checking.verify(token)


async def test_a_token_is_looked_at_again_when_it_expires() -> None:
    keys, clock = CountingKeys(SIGNER), Clock()
    checking = TokenVerifier([Authority(ISSUER, keys)], audience="authenticated", clock=clock)
    token = SIGNER.sign(claims(exp=int(clock.now) + 30))
    await checking.verify(token)
    clock.now += 31
    await checking.verify(token)
    assert keys.asked == 2


async def test_what_is_remembered_is_bounded() -> None:
    checking = verifier(secret=SECRET)
    for number in range(2050):
        await checking.verify(jwt.encode(claims(jti=str(number)), SECRET, algorithm="HS256"))
    assert len(checking._remembered) == 2000


async def test_a_token_of_strange_characters_is_invalid() -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify("\ud800")


async def test_without_authorities_nothing_is_accepted() -> None:
    with pytest.raises(Unauthenticated):
        await TokenVerifier([], audience="authenticated").verify(SIGNER.sign(claims()))


def test_shared_secrets_are_no_published_signatures() -> None:
    assert {"ES256", "RS256"} == SIGNATURES

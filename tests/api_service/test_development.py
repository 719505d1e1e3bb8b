"""Development tokens: whose key they have and who may ask for one."""

import stat
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from fastapi import Request

from api_service.auth.development import ISSUER, asked_from_this_machine, load_or_create
from api_service.auth.verifier import Authority, TokenVerifier
from api_service.settings import ApiSettings
from tests.api_service.tokens import USER_ID, Signer

LOOPBACK = ("127.0.0.1", 50_000)
PLAIN_PEM = (
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)


def asked(
    *, client: tuple[str, int] | None = LOOPBACK, host: str = "127.0.0.1:8000", **headers: str
) -> Request:
    named = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        {
            "type": "http",
            "method": "POST",
            "scheme": "http",
            "path": "/",
            "query_string": b"",
            "server": LOOPBACK,
            "client": client,
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
    )


@pytest.mark.parametrize(
    "request_here",
    [
        asked(),
        asked(host="localhost:8000"),
        asked(host="[::1]:8000", client=("::1", 1)),
        asked(origin="http://localhost:5173"),
    ],
)
def test_programs_and_pages_on_this_machine_may_ask(request_here: Request) -> None:
    assert asked_from_this_machine(request_here)


@pytest.mark.parametrize(
    "request_elsewhere",
    [
        asked(client=("192.168.1.20", 1)),
        asked(client=None),
        asked(host="rebound.example:8000"),
        asked(host="127.0.0.1.rebound.example"),
        asked(host=""),
        asked(host="["),
        asked(origin="https://page.example"),
        asked(origin="null"),
        asked(x_forwarded_for="10.0.0.1"),
        asked(x_forwarded_host="localhost"),
        asked(forwarded="for=127.0.0.1"),
        asked(x_real_ip="10.0.0.1"),
        asked(via="1.1 proxy"),
    ],
)
def test_nobody_else_may_ask(request_elsewhere: Request) -> None:
    assert not asked_from_this_machine(request_elsewhere)


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key.pem"
    first, second = load_or_create(path), load_or_create(path)
    assert first.published == second.published
    assert "d" not in first.published
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["key.pem"]


def test_a_file_with_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(Signer.rsa().private.private_bytes(*PLAIN_PEM))
    with pytest.raises(ValueError, match="ES256"):
        load_or_create(path)


async def test_its_tokens_pass_the_same_check_as_all_others(tmp_path: Path) -> None:
    key = load_or_create(tmp_path / "key.pem")
    token = key.sign(user_id=UUID(USER_ID), email="a@example.com", full_name="Ada", audience="authenticated")
    verifier = TokenVerifier([Authority(ISSUER, key)], audience="authenticated")
    assert (await verifier.verify(token)).user_id == UUID(USER_ID)
    assert jwt.get_unverified_header(token)["kid"] == key.published["kid"]
    assert await key.find("another") is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_sign_in_is_offered_on_loopback(host: str) -> None:
    assert ApiSettings(host=host, development_key_file=Path("key.pem")).development_sign_in


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "api.example"])
def test_sign_in_is_not_offered_where_others_reach_us(host: str) -> None:
    assert not ApiSettings(host=host, development_key_file=Path("key.pem")).development_sign_in


def test_sign_in_is_not_offered_in_production_or_without_a_key() -> None:
    production = ApiSettings(environment="production", development_key_file=Path("key.pem"))
    assert not production.development_sign_in
    assert not ApiSettings().development_sign_in

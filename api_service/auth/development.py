"""Tokens of our own for one machine, shaped as Supabase's, from a key that never leaves it."""

import base64
import hashlib
import json
import os
import secrets
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import Request

from api_service.settings import is_loopback

ISSUER = "intrascribe-development"
LIFETIME_SECONDS = 12 * 3600
_OF_PROXIES = {"forwarded", "via", "x-real-ip"}


class DevelopmentKey:
    """Signs development tokens and is the source of the key that verifies them."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        numbers = private.public_key().public_numbers()
        point = {"crv": "P-256", "kty": "EC", "x": _base64(numbers.x), "y": _base64(numbers.y)}
        thumbprint = hashlib.sha256(json.dumps(point, sort_keys=True, separators=(",", ":")).encode())
        self._id = base64.urlsafe_b64encode(thumbprint.digest()).rstrip(b"=").decode()
        self.published = {**point, "alg": "ES256", "kid": self._id, "use": "sig"}
        """The public half, as an entry of a JWKS."""
        self._public = jwt.PyJWK.from_dict(self.published)

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        return self._public if key_id == self._id else None

    def sign(self, *, user_id: UUID, email: str, full_name: str | None, audience: str) -> str:
        """A token as GoTrue would issue it for this account, from now on for LIFETIME_SECONDS."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": str(user_id),
            "aud": audience,
            "role": "authenticated",
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "email": email,
            "phone": "",
            "aal": "aal1",
            "amr": [{"method": "development", "timestamp": now}],
            "session_id": str(uuid4()),
            "is_anonymous": False,
            "app_metadata": {"provider": "development", "providers": ["development"]},
            "user_metadata": {"full_name": full_name} if full_name else {},
        }
        return jwt.encode(claims, self._private, algorithm="ES256", headers={"kid": self._id})


def load_or_create(path: Path) -> DevelopmentKey:
    """The key in a file that only its owner may read, made when absent.

    Processes that start together share one.
    """
    if not path.exists():
        _create(path)
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise ValueError(f"{path} holds no key for ES256")  # noqa: TRY004 - the file is wrong, not a type
    return DevelopmentKey(private)


def asked_from_this_machine(request: Request) -> bool:
    """Whether a request came from a program or a page on this machine, and not through a proxy.

    A page elsewhere that lets its own name resolve to loopback is found by `Host` and `Origin`.
    """
    client = request.client.host if request.client else ""
    host = _host_in(f"//{request.headers.get('host', '')}")
    origins = [_host_in(origin) for origin in request.headers.getlist("origin")]
    proxied = any(name in _OF_PROXIES or name.startswith("x-forwarded-") for name in request.headers)
    return all(map(is_loopback, [client, host, *origins])) and not proxied


def _host_in(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _create(path: Path) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        # A link is made once: of several processes that start together, the first one's key stays.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _base64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()

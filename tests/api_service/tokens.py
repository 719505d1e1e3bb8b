"""Tokens as GoTrue signs them, and every way to get one wrong."""

import base64
import json
import time
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ISSUER = "https://project.example/auth/v1"
USER_ID = "0b0f6c6e-2b0e-4f0c-9a53-6a2f3f1d9a11"

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Signer:
    """An issuer with one key."""

    def __init__(self, private: PrivateKey, *, key_id: str) -> None:
        self.private = private
        self.key_id = key_id
        self.algorithm = "RS256" if isinstance(private, rsa.RSAPrivateKey) else "ES256"

    @classmethod
    def elliptic(cls, key_id: str = "elliptic") -> "Signer":
        return cls(ec.generate_private_key(ec.SECP256R1()), key_id=key_id)

    @classmethod
    def rsa(cls, key_id: str = "rsa") -> "Signer":
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048), key_id=key_id)

    @property
    def published(self) -> dict[str, object]:
        kind = jwt.algorithms.RSAAlgorithm if self.algorithm == "RS256" else jwt.algorithms.ECAlgorithm
        public = json.loads(kind.to_jwk(self.private.public_key()))  # type: ignore[arg-type]  # kind fits the key
        return {**public, "kid": self.key_id, "alg": self.algorithm, "use": "sig"}

    @property
    def public_pem(self) -> bytes:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, kind)

    def sign(self, payload: dict[str, object], *, key_id: str | None = None) -> str:
        headers = {"kid": key_id or self.key_id}
        return jwt.encode(payload, self.private, algorithm=self.algorithm, headers=headers)


def claims(**changed: object) -> dict[str, object]:
    """What a token of a signed-in user says. A claim changed to None is left out."""
    now = int(time.time())
    usual: dict[str, object] = {
        "iss": ISSUER,
        "sub": USER_ID,
        "aud": "authenticated",
        "role": "authenticated",
        "iat": now,
        "exp": now + 600,
        "email": "somebody@example.com",
        "session_id": str(uuid4()),
        "user_metadata": {},
    }
    return {name: value for name, value in (usual | changed).items() if value is not None}


def unsigned(payload: dict[str, object], **header: object) -> str:
    """A token with any header and nothing behind its last dot."""
    return f"{_part({'typ': 'JWT', **header})}.{_part(payload)}."


def with_signature(token: str, signature: bytes) -> str:
    """The same claims under other bytes."""
    return f"{token.rpartition('.')[0]}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _part(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

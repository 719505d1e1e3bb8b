"""The one check that every token passes, whoever issued it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import jwt

from api_service.auth.keys import SIGNATURES, KeySource
from shared.errors import Unauthenticated

_LONGEST_TOKEN = 8192
_CLOCK_SKEW_SECONDS = 10
_REMEMBERED_SECONDS = 60.0
"""For so long a token is not looked at again: a key that its issuer withdraws still works until then."""

_MOST_REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says, as far as we rely on it."""

    user_id: UUID
    role: str
    expires_at: float
    """Seconds since the epoch."""

    def for_database(self) -> dict[str, object]:
        """What `auth.jwt()` returns inside policies."""
        return {"sub": str(self.user_id), "role": self.role}


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody whose tokens we accept."""

    issuer: str
    keys: KeySource | None
    secret: str | None = None
    """Legacy: shared with the issuer, for HS256."""


class TokenVerifier:
    """Signature, issuer, audience, expiry and role. Only what is named here is accepted; `none` never is."""

    def __init__(
        self, authorities: list[Authority], *, audience: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._authorities = {authority.issuer: authority for authority in authorities}
        self._audience = audience
        self._clock = clock
        self._remembered: dict[bytes, tuple[Claims, float]] = {}

    async def verify(self, token: str) -> Claims:
        """Raises Unauthenticated for any fault of the token, and Unavailable while its keys cannot be had."""
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        claims, until = self._remembered.get(digest, (None, 0.0))
        if claims is not None and self._clock() < until:
            return claims
        self._remembered.pop(digest, None)
        claims = await self._checked(token)
        while len(self._remembered) >= _MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[digest] = claims, min(claims.expires_at, self._clock() + _REMEMBERED_SECONDS)
        return claims

    async def _checked(self, token: str) -> Claims:
        try:
            return await self._verify(token)
        except (jwt.PyJWTError, ValueError, TypeError, LookupError, OverflowError, RecursionError) as fault:
            raise Unauthenticated("Invalid token") from fault

    async def _verify(self, token: str) -> Claims:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError("No token of ours is that long")
        unverified = jwt.decode_complete(token, options={"verify_signature": False})
        authority = self._authorities[_text(unverified["payload"].get("iss"))]
        header = unverified["header"]
        key, algorithm = await _key(authority, _text(header.get("alg")), header.get("kid"))
        payload = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=authority.issuer,
            audience=self._audience,
            leeway=_CLOCK_SKEW_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        if payload.get("role") != "authenticated":
            raise ValueError("Not the token of a user")
        return Claims(UUID(payload["sub"]), "authenticated", float(payload["exp"]))


async def _key(authority: Authority, algorithm: str, key_id: object) -> tuple[jwt.PyJWK | str, str]:
    """The key and the one algorithm that it verifies; a header never chooses between kinds of keys."""
    if algorithm == "HS256" and authority.secret:
        return authority.secret, algorithm
    if algorithm not in SIGNATURES or authority.keys is None:
        raise ValueError("Not a signature that we accept")
    key = await authority.keys.find(_text(key_id))
    if key is None or key.algorithm_name != algorithm:
        raise ValueError("Not a key of this issuer")
    return key, algorithm


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("A word is missing from the token")
    return value

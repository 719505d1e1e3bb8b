"""Where the public keys of tokens come from."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import httpx
import jwt
import structlog

from shared.clients.http import checked
from shared.errors import ServiceError, Unavailable

log = structlog.get_logger()

SIGNATURES = {"ES256", "RS256"}
_REFRESH_AFTER_SECONDS = 600.0
_COOLDOWN_SECONDS = 10.0


class KeySource(Protocol):
    """Finds the public key that a token names. None when the issuer has no such key."""

    async def find(self, key_id: str) -> jwt.PyJWK | None: ...


class PublishedKeys:
    """The JWKS of an issuer: fetched when first needed, when old, and when a token names an unknown key.

    Keys that were fetched once keep working while the issuer cannot be reached. A key that nobody knows is
    looked for at once, also right after another fetch, but only once in ten seconds, whoever sends it.
    """

    def __init__(
        self, http: httpx.AsyncClient, url: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._url = url
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._looked_at: float | None = None
        self._failed = False
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """Raises Unavailable for a key that is unknown while the issuer cannot be asked for it."""
        if key_id not in self._keys:
            await self._look_for(key_id)
        elif self._is_older(self._fetched_at, _REFRESH_AFTER_SECONDS) and not self._fetching.locked():
            await self.refresh()
        if key_id not in self._keys and self._failed:
            raise Unavailable("The keys of the sign-in service cannot be fetched")
        return self._keys.get(key_id)

    async def refresh(self) -> None:
        """Fetch the keys unless that was tried just now. Failures are logged; the keys at hand stay."""
        async with self._fetching:
            if self._is_older(self._tried_at, _COOLDOWN_SECONDS):
                await self._try()

    async def _look_for(self, key_id: str) -> None:
        async with self._fetching:
            if key_id not in self._keys and self._is_older(self._looked_at, _COOLDOWN_SECONDS):
                self._looked_at = self._clock()
                await self._try()

    async def _try(self) -> None:
        self._tried_at = self._clock()
        try:
            self._keys = await self._fetch()
        except (ServiceError, ValueError) as failure:
            self._failed = True
            log.warning("jwks.fetch_failed", reason=type(failure).__name__)
        else:
            self._failed = False
            self._fetched_at = self._tried_at

    async def _fetch(self) -> dict[str, jwt.PyJWK]:
        with checked("jwks"):
            response = await self._http.get(self._url)
            response.raise_for_status()
        published = response.json()
        if not isinstance(published, dict) or not isinstance(published.get("keys"), list):
            raise ValueError("This is not a key set")  # noqa: TRY004 - the answer is wrong, not a type
        keys = (_usable(described) for described in published["keys"])
        return {key.key_id: key for key in keys if key is not None and key.key_id}

    def _is_older(self, instant: float | None, seconds: float) -> bool:
        return instant is None or self._clock() - instant >= seconds


def _usable(described: object) -> jwt.PyJWK | None:
    """One key of a key set, or None for a kind that signs nothing for us; a shared secret is such a kind."""
    if not isinstance(described, dict) or described.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK.from_dict(described)
    except jwt.PyJWTError:
        return None
    return key if key.algorithm_name in SIGNATURES else None

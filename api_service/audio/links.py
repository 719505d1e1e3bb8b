"""Links to one file that open without a sign-in, for a while: what players and `<audio>` can use."""

import hashlib
import hmac
import secrets
import time
from typing import Literal
from uuid import UUID

from api_service.settings import ApiSettings
from shared.errors import Forbidden

FILES_PATH = "/api/v1/audio/files"
UPLOAD_SECONDS = 3600
_WINDOW_SECONDS = 6 * 3600
"""A link to play stays the same for so long, so that players and caches meet it again."""

Purpose = Literal["play", "upload"]


class LinkRefused(Forbidden):
    code, title = "link-refused", "This link opens nothing"


class LinkExpired(Forbidden):
    code, title = "link-expired", "This link has expired"


class Links:
    """Signs and verifies. Every process with the same secret accepts the links of the others."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"intrascribe links to files", hashlib.sha256)

    def to_play(self, file_id: UUID, *, base_url: str, now: float | None = None) -> str:
        """An address that is good for 6 to 12 hours and the same for all who ask within 6."""
        window = int((time.time() if now is None else now) // _WINDOW_SECONDS)
        return self._link("play", file_id, base_url, expires=(window + 2) * _WINDOW_SECONDS)

    def to_upload(self, file_id: UUID, *, base_url: str, expires: int) -> str:
        """An address that takes the content of one file until so many seconds since 1970."""
        return self._link("upload", file_id, base_url, expires=expires)

    def verify(self, purpose: Purpose, file_id: UUID, token: str) -> None:
        """Raises LinkRefused or LinkExpired."""
        expires, _, signature = token.partition(".")
        good = expires.isascii() and expires.isdigit() and len(expires) <= 12
        if not good or not hmac.compare_digest(
            signature.encode(), self._signature(purpose, file_id, int(expires)).encode()
        ):
            raise LinkRefused("Ask for a new one")
        if time.time() > int(expires):
            raise LinkExpired("Ask for a new one")

    def _link(self, purpose: Purpose, file_id: UUID, base_url: str, *, expires: int) -> str:
        signature = self._signature(purpose, file_id, expires)
        return f"{base_url.rstrip('/')}{FILES_PATH}/{file_id}?token={expires}.{signature}"

    def _signature(self, purpose: Purpose, file_id: UUID, expires: int) -> str:
        return hmac.new(self._key, f"{purpose}:{file_id}:{expires}".encode(), hashlib.sha256).hexdigest()


def open_links(settings: ApiSettings) -> Links:
    """With the secret that was given, or one that all processes of a deployment share anyway."""
    given = settings.signing_secret or settings.livekit_api_secret
    return Links(given.get_secret_value().encode() or secrets.token_bytes(32))

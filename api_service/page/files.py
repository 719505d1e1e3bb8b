"""Serves the built page: its files, and its index for every place within it."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE_PATH = "/app/"
_CLOUD = ".livekit.cloud"
_ASSETS = "assets/"
"""Vite puts a hash of the content into the name of every file here."""


def mount(app: FastAPI, *, directory: Path, livekit_url: str, media_origins: Sequence[str] = ()) -> None:
    """Serve the page under PAGE_PATH. Without the directory, or before it is built, its paths are unknown."""
    app.add_api_route(PAGE_PATH.rstrip("/"), _to_page, include_in_schema=False)
    headers = security_headers(livekit_url, media_origins)
    app.mount(PAGE_PATH, _Page(directory, headers=headers), name="page")


def security_headers(livekit_url: str, media_origins: Sequence[str] = ()) -> dict[str, str]:
    """What the page may do: load what is ours, talk to us and to LiveKit, and use the microphone.

    `media_origins` are those to which the links to recordings lead.
    """
    policy = {
        "default-src": "'self'",
        "connect-src": f"'self' {_origins(livekit_url)}",
        "img-src": "'self' data: blob:",
        "media-src": " ".join(["'self' blob: mediastream:", *media_origins]),
        "worker-src": "'self' blob:",
        # LiveKit's components set styles on elements.
        "style-src": "'self' 'unsafe-inline'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{kind} {allowed}" for kind, allowed in policy.items()),
        "permissions-policy": "microphone=(self), camera=(), display-capture=(), geolocation=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


def _origins(livekit_url: str) -> str:
    """Clients also ask LiveKit over HTTP, and in its cloud they move to regions of other names."""
    livekit = urlsplit(livekit_url)
    host = f"*{_CLOUD}" if livekit.netloc.endswith(_CLOUD) else livekit.netloc
    secure = "s" if livekit.scheme in {"wss", "https"} else ""
    return f"ws{secure}://{host} http{secure}://{host}"


async def _to_page() -> Response:
    return RedirectResponse(PAGE_PATH)


class _Page(StaticFiles):
    def __init__(self, directory: Path, *, headers: dict[str, str]) -> None:
        super().__init__(directory=directory, check_dir=False)
        # The page may be built after the start; until then nothing is found.
        self.config_checked = True
        self._headers = headers

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as missing:
            if missing.status_code != 404 or PurePosixPath(path).suffix:
                raise
            path = "index.html"
            response = await super().get_response(path, scope)
        forever = path.startswith(_ASSETS)
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
        response.headers.update(self._headers)
        return response

"""Puts the layers around the routes, in the one order in which they work."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api_service.gateway.entity_tags import EntityTags
from api_service.gateway.hosts import KnownHosts
from api_service.gateway.idempotency import Idempotency
from api_service.gateway.identity import Identity
from api_service.gateway.rates import RateLimits
from api_service.gateway.security import SecurityHeaders
from api_service.settings import ApiSettings

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_REQUEST_HEADERS = (
    "Authorization",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Range",
    "X-Request-ID",
)
_RESPONSE_HEADERS = (
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-ID",
    "X-Total-Count",
)
_PREFLIGHT_SECONDS = 600


def layers(settings: ApiSettings) -> list[Middleware]:
    """Outermost first.

    The address of the client comes before what relies on it. Headers for browsers lie around all that may
    refuse, so that a page of another origin can read why. Who asks is known before the request is counted and
    before an earlier answer is given again.
    """
    chosen = [Middleware(SecurityHeaders)]
    if settings.trusted_proxies:
        chosen.insert(0, Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies)))
    if settings.trusted_hosts:
        chosen.append(Middleware(KnownHosts, hosts=settings.trusted_hosts))
    if settings.cors_origins:
        chosen.append(_cors(settings.cors_origins))
    chosen.append(Middleware(Identity))
    if settings.rate_limits:
        chosen.append(Middleware(RateLimits))
    return [*chosen, Middleware(Idempotency), Middleware(EntityTags)]


def _cors(origins: tuple[str, ...]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=_METHODS,
        allow_headers=_REQUEST_HEADERS,
        # Nothing here reads cookies; pages that send them anyway may still read the answer.
        allow_credentials=True,
        expose_headers=_RESPONSE_HEADERS,
        max_age=_PREFLIGHT_SECONDS,
    )

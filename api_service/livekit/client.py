"""The connection to LiveKit's own API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp
from google.protobuf.message import DecodeError
from livekit.api import LiveKitAPI, ServerError

from api_service.settings import ApiSettings
from shared.clients.http import REQUEST_ID_HEADER, current_request_id

_SECONDS = 3.0

FAILURES = (ServerError, aiohttp.ClientError, TimeoutError, DecodeError)
"""What asking raises; the last when something else answers, such as a proxy with a page of its own."""


@asynccontextmanager
async def livekit_client(settings: ApiSettings) -> AsyncIterator[LiveKitAPI]:
    """Connects when first used. Every question carries the id of the request that it is asked for."""
    tracing = aiohttp.TraceConfig()
    tracing.on_request_start.append(_carry_request_id)
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, trace_configs=[tracing]) as session:
        yield LiveKitAPI(
            settings.livekit_url,
            settings.livekit_api_key,
            settings.livekit_api_secret.get_secret_value(),
            session=session,
            failover=False,
        )


async def _carry_request_id(
    _: aiohttp.ClientSession, __: SimpleNamespace, asked: aiohttp.TraceRequestStartParams
) -> None:
    if identifier := current_request_id():
        asked.headers[REQUEST_ID_HEADER] = identifier

"""`/api/v1/livekit/webhook`: LiveKit tells what happens in its rooms."""

from uuid import UUID

import jwt
from fastapi import APIRouter, Request, Response
from google.protobuf.json_format import ParseError
from livekit.api import TokenVerifier, WebhookReceiver
from livekit.protocol.webhook import WebhookEvent

from api_service.runtime import CurrentRuntime, Runtime
from shared.clients.redis import reachable
from shared.contracts.rooms import session_of
from shared.errors import Unauthenticated, Unavailable
from shared.problems import documented

_EVENTS = {"room_started", "room_finished", "participant_joined", "participant_left"}
_REMEMBERED_SECONDS = 600

router = APIRouter(prefix="/api/v1/livekit", tags=["livekit"])


@router.post("/webhook", status_code=204, responses=documented(Unauthenticated, Unavailable))
async def webhook(request: Request, runtime: CurrentRuntime) -> Response:
    """Signed by LiveKit over the exact bytes of the body. An event that comes again is passed over."""
    event = _verified(runtime, await request.body(), request.headers.get("authorization", ""))
    session_id = _session(event)
    if event.event in _EVENTS and session_id is not None and await _is_new(runtime, event.id):
        await runtime.live.presence.look_soon(session_id)
    return Response(status_code=204)


def _verified(runtime: Runtime, body: bytes, token: str) -> WebhookEvent:
    settings = runtime.settings
    verifier = TokenVerifier(settings.livekit_api_key, settings.livekit_api_secret.get_secret_value())
    try:
        return WebhookReceiver(verifier).receive(body.decode(), token)
    except (jwt.PyJWTError, ValueError, ParseError) as fault:
        raise Unauthenticated("Not signed by LiveKit") from fault
    except Exception as fault:
        # The receiver raises bare exceptions for a missing or a wrong hash.
        raise Unauthenticated("Not signed by LiveKit for this body") from fault


def _session(event: WebhookEvent) -> UUID | None:
    try:
        return session_of(event.room.name)
    except ValueError:
        return None


async def _is_new(runtime: Runtime, event_id: str) -> bool:
    async with reachable():
        return bool(await runtime.redis.set(f"webhook:{event_id}", 1, nx=True, ex=_REMEMBERED_SECONDS))

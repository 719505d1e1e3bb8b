"""`/api/v1/livekit`: entering rooms."""

from fastapi import APIRouter, BackgroundTasks

from api_service.bodies import JsonBody
from api_service.livekit import service
from api_service.livekit.schemas import ConnectionDetails, ConnectionRequest
from api_service.runtime import CurrentCaller, CurrentRuntime
from api_service.sessions.service import SessionNotFound
from shared.errors import Unauthenticated, UnsupportedMedia, UpstreamFailed
from shared.problems import documented

router = APIRouter(prefix="/api/v1/livekit", tags=["livekit"])


@router.post(
    "/connection-details",
    dependencies=[JsonBody],
    responses=documented(
        Unauthenticated, SessionNotFound, service.SessionClosed, UnsupportedMedia, UpstreamFailed
    ),
)
async def connection_details(
    asked: ConnectionRequest, runtime: CurrentRuntime, caller: CurrentCaller, after: BackgroundTasks
) -> ConnectionDetails:
    """A token for the room of a session: of a given one, or of one that is created now."""
    details = await service.connect(runtime, caller, asked)
    # After the transaction: an agent is only sent to a session that others can see.
    after.add_task(runtime.live.presence.room_wanted, details.session_id)
    return details

"""`/api/v1/livekit`: entering rooms, looking into them, ending them."""

from fastapi import APIRouter, BackgroundTasks

from api_service.bodies import JsonBody
from api_service.livekit import service
from api_service.livekit.schemas import ConnectionDetails, ConnectionRequest, RoomEnded, RoomStatus
from api_service.livekit.service import InvalidRoomName, RoomDenied
from api_service.runtime import CurrentClaims, CurrentRuntime
from api_service.sessions.service import NotOwner, SessionNotFound
from shared.errors import Unauthenticated, Unavailable, UnsupportedMedia, UpstreamFailed
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
    asked: ConnectionRequest, runtime: CurrentRuntime, claims: CurrentClaims, after: BackgroundTasks
) -> ConnectionDetails:
    """A token for the room of a session: of a given one, or of one that is created now."""
    details = await service.connect(runtime, claims, asked)
    after.add_task(runtime.live.presence.room_wanted, details.session_id)
    return details


@router.get(
    "/rooms/{room}/status",
    responses=documented(Unauthenticated, InvalidRoomName, RoomDenied, Unavailable, UpstreamFailed),
)
async def room_status(room: str, runtime: CurrentRuntime, claims: CurrentClaims) -> RoomStatus:
    """Who is in the room of a session, by the name of the room or the id of the session."""
    return RoomStatus.of(await service.room_status(runtime, claims, room))


@router.post(
    "/rooms/{room}/end",
    responses=documented(Unauthenticated, InvalidRoomName, RoomDenied, NotOwner, Unavailable, UpstreamFailed),
)
async def end_room(room: str, runtime: CurrentRuntime, claims: CurrentClaims) -> RoomEnded:
    """End a meeting of one's own for everybody in it. Doing it again changes nothing."""
    return RoomEnded.of(await service.end_room(runtime, claims, room))

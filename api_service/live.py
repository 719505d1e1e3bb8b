"""The live parts of one process: followers' feeds, the caption sink and the presence of agents."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from livekit.api import LiveKitAPI
from redis.asyncio import Redis

from api_service.database import Database
from api_service.livekit.presence import Presence
from api_service.livekit.presence_keeper import RoomKeeper
from api_service.livekit.presence_rooms import LiveKitRooms
from api_service.realtime.feed import LiveFeeds
from api_service.realtime.sink import CaptionSink
from api_service.realtime.stream import CaptionStreams
from api_service.realtime.upkeep import StreamUpkeep
from api_service.settings import ApiSettings
from shared.background import Background


@dataclass(frozen=True, slots=True)
class Live:
    """What requests use of it."""

    streams: CaptionStreams
    feeds: LiveFeeds
    rooms: LiveKitRooms
    presence: Presence


async def start_live(
    settings: ApiSettings, stack: AsyncExitStack, *, database: Database, redis: Redis, livekit: LiveKitAPI
) -> Live:
    """Start what runs in the background; the stack ends it."""
    kept_seconds = settings.captions_kept_seconds
    streams = CaptionStreams(redis, kept_seconds=kept_seconds)
    feeds = LiveFeeds(redis, streams)
    rooms = LiveKitRooms(livekit)
    presence = Presence(redis, RoomKeeper(redis, database, rooms, streams))
    sink = CaptionSink(redis, database, abandoned_seconds=settings.captions_abandoned_seconds)
    upkeep = StreamUpkeep(redis, kept_seconds=kept_seconds)
    background = await stack.enter_async_context(Background())
    background.start("feeds", feeds.run)
    background.start("sink", sink.run)
    background.start("upkeep", upkeep.run)
    background.start("presence", presence.run)
    return Live(streams, feeds, rooms, presence)

"""Where captions go: the session's Redis stream and everybody in its LiveKit room."""

from uuid import UUID

import orjson
from livekit import rtc
from livekit.rtc.data_stream import StreamError
from livekit.rtc.participant import PublishDataError
from redis.asyncio import Redis

from agent_service.publisher import OutletFailed
from shared.clients.redis import reachable
from shared.contracts.captions import LIVE_SESSIONS_KEY, AgentChanged, Caption, EventKind, stream_key
from shared.contracts.rooms import CAPTION_DATA_TOPIC, CAPTION_TEXT_TOPIC
from shared.errors import Unavailable
from shared.timeline import clock_range

_ANSWER_SECONDS = 2.0


class RedisJournal:
    """The stream of a session, which is on the list of live ones before anything is in it."""

    def __init__(self, redis: Redis, session_id: UUID) -> None:
        self._redis = redis
        self._session_id = session_id

    async def record(self, caption: Caption) -> None:
        await self._append("caption", caption.model_dump_json())

    async def announce(self, change: AgentChanged) -> None:
        await self._append("agent", change.model_dump_json())

    async def _append(self, event: EventKind, data: str) -> None:
        try:
            async with (
                reachable(seconds=_ANSWER_SECONDS),
                self._redis.pipeline(transaction=True) as transaction,
            ):
                transaction.sadd(LIVE_SESSIONS_KEY, str(self._session_id))
                transaction.xadd(stream_key(self._session_id), {"event": event, "data": data})
                await transaction.execute()
        except Unavailable as failure:
            raise OutletFailed(failure.detail) from failure


class RoomStage:
    """Text streams in the speaker's name for every version, and a data packet for every final."""

    def __init__(self, room: rtc.Room) -> None:
        self._room = room
        self._finals = 0

    async def show(self, caption: Caption) -> None:
        if not self._room.isconnected():
            raise OutletFailed("the room is gone")
        try:
            await self._stream(caption)
            if caption.final and caption.text:
                await self._send(caption)
        except (StreamError, PublishDataError) as failure:
            raise OutletFailed(type(failure).__name__) from failure

    async def _stream(self, caption: Caption) -> None:
        attributes = {
            "lk.segment_id": caption.segment_id,
            "lk.transcribed_track_id": caption.track_sid,
            "lk.transcription_final": "true" if caption.final else "false",
        }
        writer = await self._room.local_participant.stream_text(
            topic=CAPTION_TEXT_TOPIC, attributes=attributes, sender_identity=caption.participant_identity
        )
        if caption.text:
            await writer.write(caption.text)
        await writer.aclose()

    async def _send(self, caption: Caption) -> None:
        """Clients of old append every packet they get: nothing but finals, and none without words."""
        packet = {
            "index": self._finals,
            "segment_id": caption.segment_id,
            "speaker": caption.participant_name,
            "timestamp": clock_range(caption.start, caption.end),
            "text": caption.text,
            "is_final": True,
        }
        await self._room.local_participant.publish_data(
            orjson.dumps(packet), reliable=True, topic=CAPTION_DATA_TOPIC
        )
        self._finals += 1

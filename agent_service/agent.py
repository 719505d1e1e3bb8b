"""One room's agent: everything that lives as long as its job, from taking the lease to giving it back."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from uuid import UUID

import structlog
from livekit import rtc

from agent_service.clock import SessionClock
from agent_service.lease import Lease
from agent_service.listener import Listener
from agent_service.outlets import RedisJournal, RoomStage
from agent_service.publisher import Publisher
from agent_service.recording.recorder import Recorder
from agent_service.recording.spool import open_spool
from agent_service.recording.uploads import Uploads
from agent_service.settings import AgentSettings
from agent_service.tracks import RoomFrames, Track
from agent_service.vad import make_vad
from agent_service.voice import Voice
from shared.captioner import Captioner, Meters, Version
from shared.clients.http import inference_http
from shared.clients.redis import connect
from shared.clients.stt import SttClient
from shared.contracts.captions import AgentChanged
from shared.contracts.rooms import AgentJob, RoomMetadata
from shared.listening import Vad
from shared.segmenter import Segmenter
from shared.storage import open_storage
from shared.text import one_line

log = structlog.get_logger()

_LEASE_TIMEOUT_SECONDS = 60.0
"""Without an answer of Redis for so long, another attempt is left to whoever dispatches agents."""

_GOODBYE_SECONDS = 1.0

_METERS = Meters("agent")

_AWAY_SECONDS = 5.0
"""Who cannot get back into the room in this time makes way for an agent that can."""


class RoomAgent:
    """Captions one room. Calls `leave` with a reason when it should end; its owner then closes it."""

    def __init__(
        self,
        room: rtc.Room,
        job: AgentJob,
        *,
        identity: str,
        settings: AgentSettings,
        leave: Callable[[str], None],
    ) -> None:
        self._room = room
        self._job = job
        self._identity = identity
        self._settings = settings
        self._leave = leave
        self._clock = SessionClock(job.started_at)
        self._requests = asyncio.Semaphore(settings.max_requests)
        self._redis = connect(settings.redis_url.get_secret_value())
        self._http = inference_http(
            settings.stt_service_url,
            read_seconds=settings.stt_timeout_seconds,
            connections=settings.max_requests,
        )
        self._lease = Lease(self._redis, job.session_id, holder=identity, now=self._clock.now)
        self._publisher = Publisher(
            journal=RedisJournal(self._redis, job.session_id), stage=RoomStage(room), right=self._lease
        )
        self._listener = Listener(room, start=self._start_track)
        spool = open_spool(settings.spool_directory)
        self._uploads = Uploads(open_storage(settings), spool, job.session_id)
        self._recording = job.record
        """What the room said last, and before it has said anything, what the job does."""
        room.on("room_metadata_changed", self._metadata_changed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._holding: asyncio.Task[None] | None = None
        self._away: asyncio.TimerHandle | None = None

    @property
    def session_id(self) -> UUID:
        return self._job.session_id

    async def start(self, connect: Callable[[], Awaitable[None]]) -> None:
        """Take the lease, then join the room; without the lease, leave without having been seen."""
        try:
            async with asyncio.timeout(_LEASE_TIMEOUT_SECONDS):
                if not await self._lease.acquire():
                    self._leave("another agent captions this session")
                    return
        except TimeoutError:
            self._leave("redis does not answer")
            return
        self._holding = self._run(self._hold_lease())
        self._run(self._publisher.run())
        self._run(self._uploads.run())
        self._room.on("reconnecting", self._went_away)
        self._room.on("reconnected", self._came_back)
        await connect()
        if self._holding.done():
            # Connecting can take so long that another agent was sent; it is the one that listens.
            return
        self._publisher.announce(AgentChanged(state="listening", identity=self._identity))
        log.info("agent.listening", place_seconds=round(self._clock.now(), 3))

    async def aclose(self) -> None:
        """Deliver what was said, say goodbye, let the next agent in, and then what is still undelivered."""
        self._came_back()
        if self._holding:
            await self._make_way(self._holding)
            await self._finish()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._uploads.aclose()
        await self._http.aclose()
        await self._redis.aclose()
        log.info("agent.left")

    async def _make_way(self, holding: asyncio.Task[None]) -> None:
        lost = holding.done()
        await self._listener.stop()
        await _at_most(self._settings.stop_seconds, self._delivered())
        if not lost:
            self._publisher.announce(AgentChanged(state="left", identity=self._identity))
            await _at_most(_GOODBYE_SECONDS, self._publisher.delivered())
        holding.cancel()
        await asyncio.wait([holding])
        await self._lease.release()

    async def _finish(self) -> None:
        """While the room lives, the next agent has it and this process should end; later there is time."""
        patience = 0.0 if self._room.isconnected() else self._settings.finish_seconds
        await _at_most(patience, self._delivered())
        if lost := self._listener.waiting + self._publisher.waiting:
            log.error("finals.lost", finals=lost)

    async def _delivered(self) -> None:
        await self._listener.finished()
        await self._publisher.delivered()
        await self._uploads.delivered()

    def _start_track(self, track: rtc.Track, by: rtc.RemoteParticipant) -> tuple[Track, asyncio.Task[None]]:
        voice = Voice(
            session_id=self._job.session_id,
            language=self._job.language,
            track_sid=track.sid,
            participant_identity=by.identity,
            participant_name=one_line(by.name) or by.identity,
        )

        def publish(version: Version) -> None:
            if version.visible:
                self._publisher.publish(voice.caption(version))

        captioner = Captioner(
            track.sid,
            SttClient(self._http),
            language=self._job.language,
            requests=self._requests,
            publish=publish,
            meters=_METERS,
        )
        segmenter = Segmenter(
            pause_seconds=self._settings.pause_seconds, max_seconds=self._settings.max_utterance_seconds
        )
        recorder = Recorder(
            now=self._clock.now,
            keep=partial(self._uploads.keep, identity=by.identity, track_sid=track.sid),
            on=self._records,
        )
        started = Track(
            RoomFrames(track),
            segmenter=segmenter,
            captioner=captioner,
            now=self._clock.now,
            recorder=recorder,
        )
        return started, self._run(started.run(self._make_vad))

    @property
    def _records(self) -> bool:
        if told := RoomMetadata.of(self._room.metadata):
            self._recording = told.recording
        return self._recording

    def _metadata_changed(self, *_: object) -> None:
        on = self._records
        log.info("recording.switched", on=on)
        for track in self._listener.tracks:
            track.recorder.switch(on=on)

    def _make_vad(self) -> Vad:
        return make_vad(threshold=self._settings.speech_threshold)

    async def _hold_lease(self) -> None:
        await self._lease.hold()
        self._leave("another agent has the lease")

    def _run(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Own a task. One that fails ends this agent, and whoever dispatches agents sends a fresh one."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("agent.crashed", exc_info=fault)
            self._leave("a fault that the log shows")

    def _went_away(self) -> None:
        log.warning("room.lost")
        self._came_back()
        loop = asyncio.get_running_loop()
        self._away = loop.call_later(_AWAY_SECONDS, self._leave, "the room cannot be reached")

    def _came_back(self) -> None:
        if self._away:
            self._away.cancel()
            self._away = None


async def _at_most(seconds: float, work: Awaitable[None]) -> None:
    """Wait for something, but not longer; it does not matter here which of the two ended the waiting."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        pass

"""Who can be heard in a room: a task for every track of every participant, as they come and go."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from livekit import rtc

from agent_service.tracks import Track

log = structlog.get_logger()

_NOT_PEOPLE = frozenset(
    {rtc.ParticipantKind.PARTICIPANT_KIND_AGENT, rtc.ParticipantKind.PARTICIPANT_KIND_EGRESS}
)

StartTrack = Callable[[rtc.Track, rtc.RemoteParticipant], tuple[Track, asyncio.Task[None]]]


@dataclass(frozen=True, slots=True)
class _Heard:
    identity: str
    track: Track
    task: asyncio.Task[None]


class Listener:
    """Tracks are told apart by their sid: a track published again is another one.

    A track that is gone is still waited for until its last final is out.
    """

    def __init__(self, room: rtc.Room, *, start: StartTrack) -> None:
        self._start = start
        self._open: dict[str, _Heard] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._running: dict[asyncio.Task[None], Track] = {}
        room.on("track_subscribed", self._subscribed)
        room.on("track_unsubscribed", self._unsubscribed)
        room.on("participant_disconnected", self._disconnected)

    @property
    def waiting(self) -> int:
        """Finals that are not out yet."""
        return sum(track.waiting for track in self._running.values())

    @property
    def tracks(self) -> list[Track]:
        """Those that are heard now."""
        return [heard.track for heard in self._open.values()]

    async def stop(self) -> None:
        """Take no more frames of anybody."""
        for sid in list(self._open):
            self._end(sid)
        while self._ending:
            await asyncio.wait(self._ending)

    async def finished(self) -> None:
        """Wait until the last final of every stopped track is out."""
        while self._running:
            await asyncio.wait(self._running)

    def _subscribed(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if track.kind != rtc.TrackKind.KIND_AUDIO or participant.kind in _NOT_PEOPLE:
            return
        self._end(publication.sid)
        heard, task = self._start(track, participant)
        self._open[publication.sid] = _Heard(participant.identity, heard, task)
        self._running[task] = heard
        task.add_done_callback(lambda done: self._running.pop(done, None))
        log.info("track.heard", track_sid=publication.sid, tracks=len(self._open))

    def _unsubscribed(
        self, _track: rtc.Track, publication: rtc.RemoteTrackPublication, _by: rtc.RemoteParticipant
    ) -> None:
        self._end(publication.sid)

    def _disconnected(self, participant: rtc.RemoteParticipant) -> None:
        for sid in [sid for sid, heard in self._open.items() if heard.identity == participant.identity]:
            self._end(sid)

    def _end(self, sid: str) -> None:
        if heard := self._open.pop(sid, None):
            ending = asyncio.create_task(heard.track.stop())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            log.info("track.gone", track_sid=sid, tracks=len(self._open))

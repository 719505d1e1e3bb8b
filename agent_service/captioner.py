"""One track's utterances in, its captions out: partials while they help, every final in order."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from shared.audio import Pcm
from shared.clients.http import UpstreamRefused
from shared.contracts.captions import Caption, segment_id
from shared.contracts.stt import Priority, TranscribeResponse
from shared.errors import ServiceError, UpstreamFailed
from shared.observing import DROPPED, QUEUE_DEPTH
from shared.segmenter import Utterance

log = structlog.get_logger()

_LONGEST_RETRY = 16
"""Times the first delay: from there on the delays grow no more."""

_WAITING = QUEUE_DEPTH.labels("agent-finals")


class Recogniser(Protocol):
    """Turns audio into text; raises UpstreamFailed when trying again may help, else UpstreamRefused."""

    async def transcribe(
        self, audio: Pcm, *, language: str | None, priority: Priority
    ) -> TranscribeResponse: ...


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose words these are."""

    session_id: UUID
    language: str | None
    track_sid: str
    participant_identity: str
    participant_name: str


@dataclass(slots=True)
class _Segment:
    """What has been shown of one utterance."""

    revision: int = 0
    text: str = ""
    end: float = 0.0


class Captioner:
    """Owns no task: whoever owns the track runs `run`, which returns after `close` and the last final.

    A final waits in memory until the speech service takes it: 32 kB for every second that was spoken.
    """

    def __init__(
        self,
        voice: Voice,
        recogniser: Recogniser,
        *,
        requests: asyncio.Semaphore,
        publish: Callable[[Caption], None],
        retry_seconds: float = 0.2,
    ) -> None:
        self._voice = voice
        self._recogniser = recogniser
        self._requests = requests
        """Shared by all tracks of the room; a partial does not wait for its turn, a final does."""
        self._publish = publish
        self._retry_seconds = retry_seconds
        self._finals: deque[Utterance] = deque()
        self._settled: Utterance | None = None
        self._growing: Utterance | None = None
        self._foreseen: tuple[Utterance, TranscribeResponse] | None = None
        """What was heard in the settled snapshot, ready for the final that may follow."""
        self._segments: dict[str, _Segment] = {}
        self._done_until = -1.0
        """Start of the last utterance whose final is out: partials of it come too late."""
        self._closed = False
        self._finals_changed = asyncio.Event()
        self._growing_changed = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Finals that are not out yet."""
        return len(self._finals)

    def hear(self, utterance: Utterance) -> None:
        """Take the newest version of an utterance, its start on the session's clock. Never waits."""
        self._growing = self._settled = None
        if utterance.final:
            self._finals.append(utterance)
            _WAITING.inc()
            self._finals_changed.set()
        elif utterance.settled:
            self._settled = utterance
            self._finals_changed.set()
        else:
            self._growing = utterance
            self._growing_changed.set()

    def close(self) -> None:
        """Nothing more will be heard."""
        self._closed = True
        self._finals_changed.set()

    async def run(self) -> None:
        """Caption until closed and all finals are out."""
        async with asyncio.TaskGroup() as group:
            partials = group.create_task(self._caption_growing())
            try:
                await self._caption_finals()
            finally:
                _WAITING.dec(len(self._finals))
                partials.cancel()

    async def _caption_growing(self) -> None:
        while True:
            await self._growing_changed.wait()
            self._growing_changed.clear()
            if utterance := self._growing:
                self._growing = None
                if response := await self._try(utterance, priority="partial"):
                    self._show_partial(utterance, response)

    async def _caption_finals(self) -> None:
        while True:
            if self._finals:
                await self._finish(self._finals[0])
                self._finals.popleft()
                _WAITING.dec()
            elif utterance := self._settled:
                self._settled = None
                await self._foresee(utterance)
            elif self._closed:
                return
            else:
                self._finals_changed.clear()
                await self._finals_changed.wait()

    async def _foresee(self, utterance: Utterance) -> None:
        """Recognise during the pause; its audio is what the final will have."""
        if response := await self._try(utterance, priority="final"):
            self._foreseen = utterance, response
            self._show_partial(utterance, response)

    async def _finish(self, utterance: Utterance) -> None:
        foreseen, self._foreseen = self._foreseen, None
        if foreseen and (foreseen[0].start, foreseen[0].audio) == (utterance.start, utterance.audio):
            self._show_final(utterance, foreseen[1])
        else:
            self._show_final(utterance, await self._insist(utterance))

    async def _try(self, utterance: Utterance, *, priority: Priority) -> TranscribeResponse | None:
        """One attempt, for what a later attempt will replace anyway."""
        if self._requests.locked():
            DROPPED.labels("agent-partials").inc()
            return None
        try:
            return await self._ask(utterance, priority)
        except ServiceError as failure:
            DROPPED.labels("agent-partials").inc()
            log.info("partial.dropped", track_sid=self._voice.track_sid, code=failure.code)
            return None

    async def _insist(self, utterance: Utterance) -> TranscribeResponse | None:
        """Ask until the service answers; None when it says that it never will."""
        for attempt, delay in enumerate(_delays(self._retry_seconds), start=1):
            try:
                return await self._ask(utterance, "final")
            except UpstreamRefused as refusal:
                log.error("final.refused", detail=refusal.detail, **self._place(utterance))  # noqa: TRY400 - expected
                return None
            except UpstreamFailed as failure:
                waiting = {"attempt": attempt, "waiting": self.waiting}
                log.warning("final.waits", detail=failure.detail, **waiting, **self._place(utterance))
                await asyncio.sleep(delay)
        return None

    async def _ask(self, utterance: Utterance, priority: Priority) -> TranscribeResponse:
        async with self._requests:
            return await self._recogniser.transcribe(
                utterance.audio, language=self._voice.language, priority=priority
            )

    def _show_partial(self, utterance: Utterance, response: TranscribeResponse) -> None:
        if utterance.start <= self._done_until:
            return
        segment = self._segments.setdefault(self._id(utterance), _Segment())
        text = response.text.strip()
        if utterance.end > segment.end and text != segment.text:
            self._show(utterance, segment, text, response)

    def _show_final(self, utterance: Utterance, response: TranscribeResponse | None) -> None:
        """Without a response the words shown last stay: they were heard, and nothing better will be.

        An utterance without words is not shown, unless words were shown that have to go again.
        """
        self._done_until = utterance.start
        segment = self._segments.pop(self._id(utterance), _Segment())
        text = response.text.strip() if response else segment.text
        if text or segment.text:
            self._show(utterance, segment, text, response)

    def _show(
        self, utterance: Utterance, segment: _Segment, text: str, response: TranscribeResponse | None
    ) -> None:
        voice = self._voice
        caption = Caption(
            session_id=voice.session_id,
            segment_id=self._id(utterance),
            revision=segment.revision,
            final=utterance.final,
            text=text,
            start=utterance.start,
            end=utterance.end,
            language=response.language if response else None,
            confidence=response.confidence_score if response else None,
            participant_identity=voice.participant_identity,
            participant_name=voice.participant_name,
            track_sid=voice.track_sid,
        )
        segment.revision, segment.text, segment.end = segment.revision + 1, text, utterance.end
        self._publish(caption)

    def _id(self, utterance: Utterance) -> str:
        return segment_id(self._voice.track_sid, utterance.start)

    def _place(self, utterance: Utterance) -> dict[str, str | float]:
        return {
            "session_id": str(self._voice.session_id),
            "segment_id": self._id(utterance),
            "audio_seconds": round(utterance.audio.seconds, 2),
        }


def _delays(first: float) -> Iterator[float]:
    """Endless, doubling to a limit; each with jitter, so that agents do not all come back at once."""
    delay = first
    while True:
        yield delay * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
        delay = min(delay * 2, first * _LONGEST_RETRY)

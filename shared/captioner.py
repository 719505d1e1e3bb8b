"""One voice's utterances in, its captions out: partials while they help, every final in order."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from shared.audio import Pcm
from shared.backoff import backoff
from shared.contracts.captions import segment_id
from shared.contracts.stt import Priority, TranscribeResponse, Word
from shared.errors import ServiceError
from shared.observing import DROPPED, QUEUE_DEPTH
from shared.segmenter import Utterance

log = structlog.get_logger()

_LONGEST_RETRY = 16
"""Times the first delay: from there on the delays grow no more."""


class Recogniser(Protocol):
    """Turns audio into text; raises a ServiceError, which says whether trying again may help."""

    async def transcribe(
        self, audio: Pcm, *, language: str | None, priority: Priority
    ) -> TranscribeResponse: ...


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a caption; whose words these are is for whoever publishes it to say."""

    segment_id: str
    """The same from the first partial to the final: the track, and the start in milliseconds."""

    revision: int
    """Of two versions the one with the higher revision counts."""

    final: bool
    text: str
    start: float
    """Seconds on the clock that the utterances are placed on, like `end`."""

    end: float
    language: str | None = None
    confidence: float | None = None
    words: list[Word] | None = None
    """Placed on the same clock; None where nobody asked for them or the engine has none."""

    failure: ServiceError | None = None
    """Why this final could not be recognised. Its text is what was shown last."""

    @property
    def visible(self) -> bool:
        """Whether readers need it: there are words, or there were some that have to go again."""
        return bool(self.text or self.revision)


class Meters:
    """What a service counts of all its captioners. Made with its module, it reads 0 from the beginning."""

    def __init__(self, queue: str) -> None:
        self.waiting_finals = QUEUE_DEPTH.labels(f"{queue}-finals")
        self.dropped_partials = DROPPED.labels(f"{queue}-partials")


@dataclass(slots=True)
class _Segment:
    """What has been shown of one utterance."""

    revision: int = 0
    text: str = ""
    end: float = 0.0


class Captioner:
    """Owns no task: whoever owns the track runs `run`, which returns after `close` and the last final.

    Publishes every final, with words or without, and those partials that say something new. A final waits
    in memory until it is recognised: 32 kB for every second that was spoken.
    """

    def __init__(
        self,
        track: str,
        recogniser: Recogniser,
        *,
        language: str | None,
        requests: asyncio.Semaphore,
        publish: Callable[[Version], None],
        meters: Meters,
        retry_seconds: float = 0.2,
    ) -> None:
        self._track = track
        self._recogniser = recogniser
        self._language = language
        self._requests = requests
        """What may share it does; a partial does not wait for its turn, a final does."""
        self._publish = publish
        self._depth = meters.waiting_finals
        self._dropped = meters.dropped_partials
        self._retry_seconds = retry_seconds
        self._finals: deque[Utterance] = deque()
        self._settled: Utterance | None = None
        self._growing: Utterance | None = None
        self._foreseen: tuple[Utterance, TranscribeResponse] | None = None
        """What was heard in the settled snapshot, ready for the final that may follow."""
        self._segments: dict[str, _Segment] = {}
        self._done_until = -1.0
        """Start of the last utterance that may have no more partials."""
        self._spoken_from = -1.0
        """Start of the last utterance that was heard."""
        self._closed = False
        self._finals_changed = asyncio.Event()
        self._growing_changed = asyncio.Event()
        self._final_done = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Finals that are not out yet."""
        return len(self._finals)

    def hear(self, utterance: Utterance) -> None:
        """Take the newest version of an utterance, its start on the session's clock. Never waits."""
        self._spoken_from = utterance.start
        self._growing = self._settled = None
        if utterance.final:
            self._finals.append(utterance)
            self._depth.inc()
            self._finals_changed.set()
        elif utterance.settled:
            self._settled = utterance
            self._finals_changed.set()
        else:
            self._growing = utterance
            self._growing_changed.set()

    def forget(self) -> None:
        """What is being said will have no final, and nothing more is published of it. Finals still come."""
        self._growing = self._settled = self._foreseen = None
        due = {self._id(utterance) for utterance in self._finals}
        self._segments = {name: shown for name, shown in self._segments.items() if name in due}
        self._done_until = self._spoken_from

    def close(self) -> None:
        """Nothing more will be heard."""
        self._closed = True
        self._finals_changed.set()

    async def caught_up(self, *, most: int) -> None:
        """Wait until at most so many finals wait, as does whoever can keep audio back."""
        while len(self._finals) > most:
            self._final_done.clear()
            await self._final_done.wait()

    async def run(self) -> None:
        """Caption until closed and all finals are out."""
        async with asyncio.TaskGroup() as group:
            partials = group.create_task(self._caption_growing())
            try:
                await self._caption_finals()
            finally:
                self._depth.dec(len(self._finals))
                partials.cancel()

    async def _caption_growing(self) -> None:
        while True:
            await self._growing_changed.wait()
            self._growing_changed.clear()
            if utterance := self._growing:
                self._growing = None
                if len(self._finals) > 1:  # it would only keep them waiting longer
                    self._dropped.inc()
                elif response := await self._try(utterance, priority="partial"):
                    self._show_partial(utterance, response)

    async def _caption_finals(self) -> None:
        while True:
            if self._finals:
                await self._finish(self._finals[0])
                self._finals.popleft()
                self._depth.dec()
                self._final_done.set()
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
            return
        outcome = await self._insist(utterance)
        if isinstance(outcome, ServiceError):
            self._show_failed(utterance, outcome)
        else:
            self._show_final(utterance, outcome)

    async def _try(self, utterance: Utterance, *, priority: Priority) -> TranscribeResponse | None:
        """One attempt, for what a later attempt will replace anyway."""
        if self._requests.locked():
            self._dropped.inc()
            return None
        try:
            return await self._ask(utterance, priority)
        except ServiceError as failure:
            self._dropped.inc()
            log.info("partial.dropped", track=self._track, code=failure.code)
            return None

    async def _insist(self, utterance: Utterance) -> TranscribeResponse | ServiceError:
        """Ask until there is an answer, or a failure that asking again would not change."""
        delays = backoff(first_seconds=self._retry_seconds, most_seconds=self._retry_seconds * _LONGEST_RETRY)
        for attempt, delay in enumerate(delays, start=1):
            try:
                return await self._ask(utterance, "final")
            except ServiceError as failure:
                place = self._place(utterance)
                if not failure.retryable:
                    log.error("final.refused", detail=failure.detail, **place)  # noqa: TRY400 - expected
                    return failure
                waiting = {"attempt": attempt, "waiting": self.waiting}
                log.warning("final.waits", detail=failure.detail, **waiting, **place)
                await asyncio.sleep(delay)
        raise AssertionError("the delays never end")

    async def _ask(self, utterance: Utterance, priority: Priority) -> TranscribeResponse:
        async with self._requests:
            return await self._recogniser.transcribe(
                utterance.audio, language=self._language, priority=priority
            )

    def _show_partial(self, utterance: Utterance, response: TranscribeResponse) -> None:
        if utterance.start <= self._done_until:
            return
        segment = self._segments.setdefault(self._id(utterance), _Segment())
        text = response.text.strip()
        if utterance.end > segment.end and text != segment.text:
            self._show(utterance, segment, text, response)

    def _show_final(self, utterance: Utterance, response: TranscribeResponse) -> None:
        self._show(utterance, self._shown_last(utterance), response.text.strip(), response)

    def _show_failed(self, utterance: Utterance, failure: ServiceError) -> None:
        """The words shown last stay: they were heard, and nothing better will be."""
        segment = self._shown_last(utterance)
        self._publish(replace(self._version(utterance, segment, segment.text), failure=failure))

    def _shown_last(self, utterance: Utterance) -> _Segment:
        self._done_until = max(self._done_until, utterance.start)
        return self._segments.pop(self._id(utterance), _Segment())

    def _show(self, utterance: Utterance, segment: _Segment, text: str, response: TranscribeResponse) -> None:
        version = self._version(utterance, segment, text)
        segment.revision, segment.text, segment.end = segment.revision + 1, text, utterance.end
        self._publish(
            replace(
                version,
                language=response.language,
                confidence=response.confidence_score,
                words=response.words and [_placed(word, utterance.start) for word in response.words],
            )
        )

    def _version(self, utterance: Utterance, segment: _Segment, text: str) -> Version:
        return Version(
            segment_id=self._id(utterance),
            revision=segment.revision,
            final=utterance.final,
            text=text,
            start=utterance.start,
            end=utterance.end,
        )

    def _id(self, utterance: Utterance) -> str:
        return segment_id(self._track, utterance.start)

    def _place(self, utterance: Utterance) -> dict[str, str | float]:
        return {"segment_id": self._id(utterance), "audio_seconds": round(utterance.audio.seconds, 2)}


def _placed(word: Word, start: float) -> Word:
    return word.model_copy(update={"start": start + word.start, "end": start + word.end})

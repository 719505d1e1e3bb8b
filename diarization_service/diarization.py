"""From audio to one answer: a place, the model's time, progress, and an end as soon as nobody waits."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from diarization_service.engine import DiarizationEngine, Diarized
from diarization_service.turns import in_order
from shared.audio import Pcm
from shared.contracts.diarization import DiarizeOptions, DiarizeResponse, Progress, SpeakerCount
from shared.inference import EngineBusy, InferenceWorker, Model


class GivenUp(Exception):
    """Nobody waits any more for what the model works on."""


class Diariser:
    """The engine behind its worker."""

    def __init__(
        self, engine: DiarizationEngine, worker: InferenceWorker, *, max_waiting: int, max_speakers: int
    ) -> None:
        self._engine = engine
        self._worker = worker
        self._model = Model(engine.name, self._call)
        self._max_waiting = max_waiting
        self._max_speakers = max_speakers
        self._guests = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """For one request from before its body is read, because long audio takes memory while it waits, too.

        Raises EngineBusy.
        """
        if self._guests > self._max_waiting:
            raise EngineBusy(f"{self._guests - 1} requests are already waiting")
        self._guests += 1
        try:
            yield
        finally:
            self._guests -= 1

    async def diarize(
        self, audio: Pcm, options: DiarizeOptions, *, follow: Callable[[Progress], None] | None = None
    ) -> DiarizeResponse:
        """`follow` is told on the event loop how far it is. Cancelling ends the work within seconds."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        work = _Work(audio, self._bounded(options), loop, follow)
        try:
            [answered] = await self._worker.map(self._model, [work], priority="final")
        finally:
            work.given_up.set()
        diarized = answered.value
        turns = in_order(diarized.exclusive if options.exclusive else diarized.turns)
        return DiarizeResponse(
            segments=turns,
            speaker_count=len({turn.speaker_label for turn in turns}),
            processing_time_ms=round((loop.time() - started) * 1000),
            audio_seconds=audio.seconds,
            inference_seconds=answered.seconds,
        )

    def _bounded(self, options: DiarizeOptions) -> SpeakerCount:
        num, low, high = options.num_speakers, options.min_speakers, options.max_speakers
        if num is None and high is None:
            high = max(low or 1, self._max_speakers)
        return SpeakerCount(num_speakers=num, min_speakers=low, max_speakers=high)

    def _call(self, batch: list["_Work"]) -> list[Diarized]:
        return [self._engine.diarize(work.audio, work.speakers, work.report) for work in batch]


@dataclass(slots=True, eq=False)
class _Work:
    audio: Pcm
    speakers: SpeakerCount
    loop: asyncio.AbstractEventLoop
    follow: Callable[[Progress], None] | None
    given_up: threading.Event = field(default_factory=threading.Event)

    def report(self, progress: Progress) -> None:
        """On the model's thread. Raises GivenUp."""
        if self.given_up.is_set():
            raise GivenUp
        if self.follow:
            self.loop.call_soon_threadsafe(self.follow, progress)

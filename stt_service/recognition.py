"""From audio of any length to one answer: cut, recognise piece by piece, put the positions back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TypeVar

from shared.audio import Pcm
from shared.contracts.stt import Priority, Segment, TranscribeResponse, Word
from shared.inference import InferenceWorker, Model
from shared.text import joined
from stt_service.engine import Recognised, Speech, SttEngine

Placed = TypeVar("Placed", Segment, Word)

_CUT_AT_ONCE_SECONDS = 10.0
"""Looking for pauses in so little takes a millisecond at most; the way to another thread takes longer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was heard in one piece; positions are seconds from the beginning of the whole."""

    heard: Recognised
    inference_seconds: float


class Recogniser:
    """The engine behind its worker. Pieces of a long recording let shorter ones pass in between."""

    def __init__(self, engine: SttEngine, worker: InferenceWorker, *, max_batch_size: int) -> None:
        self.engine = engine
        self._worker = worker
        self._model = Model(
            engine.name,
            engine.transcribe,
            min(max_batch_size, engine.max_batch_size),
            # In less than a second nothing takes notably less time.
            length=lambda speech: max(1.0, speech.audio.seconds),
        )

    def require_place(self, priority: Priority) -> None:
        """Raises EngineBusy where too many wait already for one more to be taken."""
        self._worker.require_place(priority)

    async def transcribe(
        self,
        audio: Pcm,
        *,
        language: str | None,
        priority: Priority,
        hints: tuple[str, ...] = (),
        temperature: float = 0.0,
        want_words: bool = False,
    ) -> TranscribeResponse:
        """Raises EngineBusy at once when too many wait already."""
        started = asyncio.get_running_loop().time()
        whole = Speech(audio, language, hints, temperature, want_words)
        together = self._model.max_batch_size
        pieces = [piece async for piece in self.pieces(whole, priority=priority, at_a_time=together)]
        heard = _together([piece.heard for piece in pieces])
        confidences = [each.confidence for each in heard.segments if each.confidence is not None]
        return TranscribeResponse(
            text=joined(segment.text for segment in heard.segments),
            no_speech=not heard.segments,
            confidence_score=round(fmean(confidences), 3) if confidences else None,
            processing_time_ms=round((asyncio.get_running_loop().time() - started) * 1000),
            language=heard.language,
            language_probability=heard.language_probability,
            segments=heard.segments,
            words=heard.words,
            audio_seconds=audio.seconds,
            inference_seconds=sum(piece.inference_seconds for piece in pieces),
        )

    async def pieces(
        self, whole: Speech, *, priority: Priority, at_a_time: int = 1
    ) -> AsyncGenerator[Piece, None]:
        """At least one, each as soon as it is heard. Raises EngineBusy before the first or not at all."""
        places = await self._cut(whole.audio)
        speech = [replace(whole, audio=whole.audio.slice(start, end)) for start, end in places]
        starts = iter(start for start, _ in places)
        answers = self._worker.each(self._model, speech, priority=priority, at_a_time=at_a_time)
        async with aclosing(answers):
            async for answer in answers:
                yield Piece(_placed(answer.value, next(starts)), answer.seconds)

    async def _cut(self, audio: Pcm) -> list[tuple[float, float]]:
        if audio.seconds <= _CUT_AT_ONCE_SECONDS:
            return self.engine.cut(audio)
        return await asyncio.to_thread(self.engine.cut, audio)


def _placed(heard: Recognised, start: float) -> Recognised:
    """The same at its place in the whole."""
    if not start:
        return heard
    return Recognised(
        segments=[_at(start, each) for each in heard.segments],
        language=heard.language,
        language_probability=heard.language_probability,
        words=None if heard.words is None else [_at(start, each) for each in heard.words],
    )


def _at(start: float, heard: Placed) -> Placed:
    return heard.model_copy(update={"start": start + heard.start, "end": start + heard.end})


def _together(pieces: list[Recognised]) -> Recognised:
    """Pieces as a whole; the language is that of the piece that is surest of having heard one."""
    spoken = [piece for piece in pieces if piece.segments] or pieces
    surest = max(spoken, key=lambda piece: piece.language_probability or 0.0)
    return Recognised(
        segments=[each for piece in pieces for each in piece.segments],
        language=surest.language,
        language_probability=surest.language_probability,
        words=None
        if all(piece.words is None for piece in pieces)
        else [each for piece in pieces for each in piece.words or []],
    )

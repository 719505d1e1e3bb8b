"""From audio of any length to one answer: cut, recognise piece by piece, put the positions back."""

import asyncio
from statistics import fmean
from typing import TypeVar

from shared.audio import Pcm
from shared.contracts.stt import Priority, Segment, TranscribeResponse, Word
from shared.inference import InferenceWorker, Model
from stt_service.engine import Recognised, Speech, SttEngine

Placed = TypeVar("Placed", Segment, Word)

_CUT_AT_ONCE_SECONDS = 10.0
"""Looking for pauses in so little takes a millisecond at most; the way to another thread takes longer."""


class Recogniser:
    """The engine behind its worker. Pieces of a long recording let shorter ones pass in between."""

    def __init__(self, engine: SttEngine, worker: InferenceWorker, *, max_batch_size: int) -> None:
        self._engine = engine
        self._worker = worker
        self._model = Model(engine.name, engine.transcribe, min(max_batch_size, engine.max_batch_size))

    async def transcribe(
        self,
        audio: Pcm,
        *,
        language: str | None,
        priority: Priority,
        hints: tuple[str, ...] = (),
        want_words: bool = False,
    ) -> TranscribeResponse:
        """Raises EngineBusy at once when too many wait already."""
        started = asyncio.get_running_loop().time()
        pieces = await self._cut(audio)
        speech = [Speech(audio.slice(start, end), language, hints, want_words) for start, end in pieces]
        answers = await self._worker.map(self._model, speech, priority=priority)
        heard = _together([start for start, _ in pieces], [answer.value for answer in answers])
        confidences = [each.confidence for each in heard.segments if each.confidence is not None]
        return TranscribeResponse(
            text=_text(heard.segments),
            no_speech=not heard.segments,
            confidence_score=round(fmean(confidences), 3) if confidences else None,
            processing_time_ms=round((asyncio.get_running_loop().time() - started) * 1000),
            language=heard.language,
            language_probability=heard.language_probability,
            segments=heard.segments,
            words=heard.words,
            audio_seconds=audio.seconds,
            inference_seconds=sum(answer.seconds for answer in answers),
        )

    async def _cut(self, audio: Pcm) -> list[tuple[float, float]]:
        if audio.seconds <= _CUT_AT_ONCE_SECONDS:
            return self._engine.cut(audio)
        return await asyncio.to_thread(self._engine.cut, audio)


def _together(starts: list[float], pieces: list[Recognised]) -> Recognised:
    """Pieces as a whole; the language is that of the piece that is surest of having heard one."""
    placed = list(zip(starts, pieces, strict=True))
    spoken = [piece for piece in pieces if piece.segments] or pieces
    surest = max(spoken, key=lambda piece: piece.language_probability or 0.0)
    return Recognised(
        segments=[_at(start, each) for start, piece in placed for each in piece.segments],
        language=surest.language,
        language_probability=surest.language_probability,
        words=None
        if all(piece.words is None for piece in pieces)
        else [_at(start, each) for start, piece in placed for each in piece.words or []],
    )


def _at(start: float, heard: Placed) -> Placed:
    return heard.model_copy(update={"start": start + heard.start, "end": start + heard.end})


def _text(segments: list[Segment]) -> str:
    """All segments as one text, with a space between two unless both sides of it are written without."""
    text = ""
    for segment in segments:
        joined = text and _spaceless(text[-1]) and _spaceless(segment.text[0])
        text += segment.text if joined or not text else f" {segment.text}"
    return text


def _spaceless(character: str) -> bool:
    """Chinese characters and kana, and full-width punctuation."""
    return (
        "\u3000" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
    )

"""From audio of any length to one answer: cut, recognise piece by piece, put the positions back."""

import asyncio
from statistics import fmean

from shared.audio import Pcm
from shared.contracts.stt import Priority, Segment, TranscribeResponse
from shared.inference import Answered, InferenceWorker, Model
from stt_service.engine import Recognised, Speech, SttEngine


class Recogniser:
    """The engine behind its worker. Pieces of a long recording let shorter ones pass in between."""

    def __init__(self, engine: SttEngine, worker: InferenceWorker, *, max_batch_size: int) -> None:
        self._engine = engine
        self._worker = worker
        self._model = Model(engine.name, engine.transcribe, min(max_batch_size, engine.max_batch_size))

    async def transcribe(self, audio: Pcm, *, language: str | None, priority: Priority) -> TranscribeResponse:
        """Raises EngineBusy at once when too many wait already."""
        started = asyncio.get_running_loop().time()
        pieces = await asyncio.to_thread(self._engine.cut, audio)
        speech = [Speech(audio.slice(start, end), language) for start, end in pieces]
        answers = await self._worker.map(self._model, speech, priority=priority)
        segments = _place(pieces, answers)
        confidences = [each.confidence for each in segments if each.confidence is not None]
        return TranscribeResponse(
            text=" ".join(segment.text for segment in segments),
            confidence_score=round(fmean(confidences), 3) if confidences else None,
            processing_time_ms=round((asyncio.get_running_loop().time() - started) * 1000),
            language=next((answer.value.language for answer in answers), None),
            segments=segments,
            audio_seconds=audio.seconds,
            inference_seconds=sum(answer.seconds for answer in answers),
        )


def _place(pieces: list[tuple[float, float]], answers: list[Answered[Recognised]]) -> list[Segment]:
    """Segments of pieces as segments of the whole."""
    return [
        segment.model_copy(update={"start": start + segment.start, "end": start + segment.end})
        for (start, _), answer in zip(pieces, answers, strict=True)
        for segment in answer.value.segments
    ]
